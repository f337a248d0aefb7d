// The least that a forward in user space can cost on Linux: one thread, edge-triggered epoll, splice.
//   splice-loop PORT TARGET-PORT TARGET-ADDRESS ...   forwards plainly, to one target after the other
//   splice-loop PORT                                  is a SOCKS5 server, for IPv4 addresses alone
// It listens on 127.0.0.1. No policy, no time-outs, no limits: a reference to measure by, nothing to use.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SMALL = 16 * 1024, PIPE = 256 * 1024, POOL = 256, BATCH = 256, TURNS = 16, TARGETS = 64 };

// One way of a connection. Bytes that its receiver does not take wait in a kernel pipe, which it has only while it needs one.
struct way {
    int from, to, pipe[2];
    size_t held;
    bool bulk, ended, passed;
};

struct connection {
    struct way ways[2]; // from the client, and to it
    enum { GREETING, REQUEST, CONNECTING, CONNECTED } stage;
    bool closed;
    struct connection *next;
};

static int loop, listener;
static struct sockaddr_in targets[TARGETS];
static unsigned target_count, next_target;
static int pool[POOL][2], pooled;
static struct connection *closed;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static bool take_pipe(struct way *w) {
    if (w->pipe[0] >= 0)
        return true;
    if (pooled > 0) {
        pooled--;
        w->pipe[0] = pool[pooled][0];
        w->pipe[1] = pool[pooled][1];
        return true;
    }
    if (pipe2(w->pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
        w->pipe[0] = -1;
        return false;
    }
    fcntl(w->pipe[0], F_SETPIPE_SZ, PIPE);
    return true;
}

static void give_pipe(struct way *w) {
    if (w->pipe[0] < 0)
        return;
    if (w->held == 0 && pooled < POOL) {
        pool[pooled][0] = w->pipe[0];
        pool[pooled][1] = w->pipe[1];
        pooled++;
    } else {
        close(w->pipe[0]);
        close(w->pipe[1]);
    }
    w->pipe[0] = -1;
}

static void close_both(struct connection *c) {
    if (c->closed)
        return;
    c->closed = true;
    for (int i = 0; i < 2; i++) {
        give_pipe(&c->ways[i]);
        if (c->ways[i].from >= 0)
            close(c->ways[i].from);
    }

    // Later events of the same batch may still name it.
    c->next = closed;
    closed = c;
}

// Both ends of a way are asked for both events once; a change makes the kernel tell again what is ready.
static void watch(int operation, struct connection *c, int side) {
    struct epoll_event event = {EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.u64 = (uintptr_t)c | (unsigned)side}};
    if (epoll_ctl(loop, operation, c->ways[side].from, &event) < 0)
        close_both(c);
}

// Moves what there is. Small messages are copied; a read that fills the buffer begins to splice.
static void pump(struct connection *c, int side) {
    struct way *w = &c->ways[side];
    char buffer[SMALL];
    for (int turn = 0; !w->passed; turn++) {
        ssize_t got;
        if (w->held > 0) {
            got = splice(w->pipe[0], NULL, w->to, NULL, w->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (got < 0 && errno == EAGAIN)
                return;
            if (got <= 0)
                goto broken;
            w->held -= (size_t)got;
            continue;
        }
        if (w->ended) {
            give_pipe(w);
            shutdown(w->to, SHUT_WR);
            w->passed = true;
            break;
        }
        if (turn >= TURNS) {
            watch(EPOLL_CTL_MOD, c, side); // others have their turn first
            return;
        }
        if (w->bulk && take_pipe(w)) {
            got = splice(w->from, NULL, w->pipe[1], NULL, PIPE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
            if (got > 0)
                w->held = (size_t)got;
        } else {
            got = recv(w->from, buffer, SMALL, 0);
            w->bulk = got == SMALL;
            if (got > 0) {
                ssize_t sent = send(w->to, buffer, (size_t)got, MSG_NOSIGNAL);
                if (sent < 0 && errno != EAGAIN)
                    goto broken;
                sent = sent < 0 ? 0 : sent;
                if (sent < got) {
                    if (!take_pipe(w) || write(w->pipe[1], buffer + sent, (size_t)(got - sent)) != got - sent)
                        goto broken;
                    w->held = (size_t)(got - sent);
                }
            }
        }
        if (got == 0) {
            w->ended = true;
        } else if (got < 0) {
            if (errno != EAGAIN)
                goto broken;
            give_pipe(w);
            w->bulk = false;
            return;
        }
    }
    if (!c->ways[!side].passed)
        return;
broken:
    close_both(c);
}

static void dial(struct connection *c, const struct sockaddr_in *target) {
    int one = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    c->ways[1].from = c->ways[0].to = server;
    c->stage = CONNECTING;
    if (server < 0 || (connect(server, (const struct sockaddr *)target, sizeof *target) < 0 && errno != EINPROGRESS)) {
        close_both(c);
        return;
    }
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(EPOLL_CTL_ADD, c, 1);
}

static void accept_all(void) {
    for (int client; (client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct connection *c = calloc(1, sizeof *c);
        if (c == NULL) {
            close(client);
            continue;
        }
        c->ways[0] = (struct way){.from = client, .to = -1, .pipe = {-1, -1}};
        c->ways[1] = (struct way){.from = -1, .to = client, .pipe = {-1, -1}};
        watch(EPOLL_CTL_ADD, c, 0);
        if (!c->closed && target_count > 0)
            dial(c, &targets[next_target++ % target_count]);
    }
}

// One message of a client, which comes whole or not at all: RFC 1928, sections 3 and 4.
static void answer(struct connection *c) {
    unsigned char message[512];
    ssize_t got = recv(c->ways[0].from, message, sizeof message, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (c->stage == GREETING && got == 2 + message[1] && message[0] == 5 && send(c->ways[0].from, "\5\0", 2, MSG_NOSIGNAL) == 2) {
        c->stage = REQUEST;
    } else if (c->stage == REQUEST && got == 10 && message[0] == 5 && message[1] == 1 && message[3] == 1) {
        struct sockaddr_in target = {.sin_family = AF_INET};
        memcpy(&target.sin_addr, message + 4, 4);
        memcpy(&target.sin_port, message + 8, 2);
        dial(c, &target);
    } else {
        close_both(c);
    }
}

static void handle(struct connection *c, int side, unsigned events) {
    if (c->stage < CONNECTING) {
        if (target_count == 0)
            answer(c);
        return;
    }
    if (c->stage == CONNECTING) {
        // Until the target has answered, the client's bytes stay where they are.
        if (side == 0)
            return;
        int error = 0;
        socklen_t length = sizeof error;
        getsockopt(c->ways[1].from, SOL_SOCKET, SO_ERROR, &error, &length);
        if (error != 0) {
            close_both(c);
            return;
        }
        if (!(events & EPOLLOUT))
            return;
        c->stage = CONNECTED;
        if (target_count == 0 && send(c->ways[0].from, "\5\0\0\1\0\0\0\0\0\0", 10, MSG_NOSIGNAL) != 10) {
            close_both(c);
            return;
        }
        pump(c, 0);
    }
    if (events & ~(unsigned)EPOLLOUT && !c->closed)
        pump(c, side);
    if (events & EPOLLOUT && !c->closed && c->ways[!side].held > 0)
        pump(c, !side);
}

int main(int count, char **arguments) {
    target_count = count > 3 ? (unsigned)count - 3 : 0;
    if (count < 2 || count == 3 || target_count > TARGETS) {
        fprintf(stderr, "usage: splice-loop PORT [TARGET-PORT TARGET-ADDRESS ...]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); // splice has no MSG_NOSIGNAL
    for (unsigned i = 0; i < target_count; i++) {
        targets[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
        if (inet_pton(AF_INET, arguments[3 + i], &targets[i].sin_addr) != 1)
            die(arguments[3 + i]);
    }
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    loop = epoll_create1(EPOLL_CLOEXEC);
    if (listener < 0 || loop < 0)
        die("splice-loop");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); // inherited
    if (bind(listener, (struct sockaddr *)&own, sizeof own) < 0 || listen(listener, 4096) < 0)
        die("listen");
    struct epoll_event events[BATCH] = {{EPOLLIN, {.u64 = 0}}};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, listener, events) < 0)
        die("epoll_ctl");
    for (;;) {
        int ready = epoll_wait(loop, events, BATCH, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *c = (struct connection *)(uintptr_t)(events[i].data.u64 & ~(uint64_t)1);
            if (c == NULL)
                accept_all();
            else if (!c->closed)
                handle(c, (int)(events[i].data.u64 & 1), events[i].events);
        }
        while (closed != NULL) {
            struct connection *next = closed->next;
            free(closed);
            closed = next;
        }
    }
}
