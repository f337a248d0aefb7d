namespace Klyntar.Overlay.Integrations.Tests;

/// <summary><c>guard.mjs</c> with npm's library "websocket", against what the core does: it begins attempts in a loop that waits for nothing.</summary>
public sealed class GuardTests(NpmPackages packages)
{
    private const string Storm = """
        const tell = value => console.log(JSON.stringify(value))
        const turns = 500
        let failed = 0
        const storm = url => new Promise(resolve => {
          let turn = 0
          const once = () => {
            const client = new websocket.client({})
            client.connect(url, 'echo-protocol')
            client.on('connectFailed', () => failed++)
            turn++ < turns ? setImmediate(once) : resolve()
          }
          once()
        })
        """;

    private static string Guard => new Uri(Repository.PathOf("integrations", "klyntar-core", "guard.mjs")).AbsoluteUri;

    [Theory]
    [InlineData(false, 501)]
    [InlineData(true, 1)]
    public async Task A_peer_that_does_not_answer_gets_one_connection_in_the_place_of_hundreds(bool isGuarded, int connections)
    {
        ProgramRun run = await RunAsync($$"""
            import net from 'node:net'
            let accepted = 0
            const come = []
            const silent = net.createServer(socket => { accepted++; come.forEach(f => f()); socket.on('error', () => {}) })
            await new Promise(resolve => silent.listen(0, '127.0.0.1', resolve))
            const counts = {{(isGuarded ? "guardWebSockets(websocket)" : "undefined")}}
            await storm(`ws://127.0.0.1:${silent.address().port}`)
            await new Promise(resolve => { come.push(() => accepted >= {{connections}} && resolve()); come[0]() })
            console.log(`accepted ${accepted} ${counts?.begun} ${counts?.turnedAway}`)
            process.exit(0)
            """);

        run.Output.Should().Be(isGuarded ? "accepted 1 1 500\n" : "accepted 501 undefined undefined\n", run.All);
    }

    [Theory]
    [InlineData(false, 501)]
    [InlineData(true, 1)]
    public async Task A_peer_that_refuses_is_asked_once_in_the_place_of_hundreds_of_times(bool isGuarded, int attempts)
    {
        // The pause that follows a failure is longer than the test.
        ProgramRun run = await RunAsync($$"""
            import http from 'node:http'
            import net from 'node:net'
            const closed = net.createServer()
            await new Promise(resolve => closed.listen(0, '127.0.0.1', resolve))
            const { port } = closed.address()
            await new Promise(resolve => closed.close(resolve))
            let asked = 0
            const request = http.request
            http.request = (...args) => { asked++; return request(...args) }
            {{(isGuarded ? "guardWebSockets(websocket, { pause: 600_000 })" : "")}}
            await storm(`ws://127.0.0.1:${port}`)
            const seen = () => failed > turns ? console.log(`asked ${asked} failed ${failed}`) : setImmediate(seen)
            seen()
            """);

        run.Output.Should().Be($"asked {attempts} failed 501\n", run.All);
    }

    [Fact]
    public async Task After_a_connection_and_after_the_pause_that_follows_a_failure_the_next_attempt_is_begun()
    {
        ProgramRun run = await RunAsync("""
            import http from 'node:http'
            const outcomes = []
            const connect = (url, protocol) => new Promise(resolve => {
              const client = new websocket.client({})
              client.connect(url, protocol)
              client.on('connect', connection => { connection.close(); resolve('connected') })
              client.on('connectFailed', () => resolve('failed'))
            })
            const server = http.createServer((_, response) => response.writeHead(404).end())
            new websocket.server({ httpServer: server }).on('request', request => request.requestedProtocols.includes('echo-protocol') ? request.accept('echo-protocol') : request.reject())
            await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
            const url = `ws://127.0.0.1:${server.address().port}`
            guardWebSockets(websocket, { pause: 1 })
            outcomes.push(await connect(url, 'echo-protocol'), await connect(url, 'echo-protocol'), await connect(url, 'another'))
            outcomes.push(await connect(`${url}/`, 'echo-protocol'), await connect(`${url}/elsewhere`, 'echo-protocol'))
            let outcome
            do outcome = await connect(url, 'echo-protocol')
            while (outcome === 'failed')
            outcomes.push(outcome)
            console.log(outcomes.join(' '))
            process.exit(0)
            """);

        // The fourth is the same URL as those before, and too early; the fifth is another.
        run.Output.Should().Be("connected connected failed failed connected connected\n", run.All);
    }

    [Fact]
    public async Task A_handshake_that_is_never_answered_is_ended()
    {
        ProgramRun run = await RunAsync("""
            import net from 'node:net'
            let close
            const closed = new Promise(resolve => { close = resolve })
            const silent = net.createServer(socket => { socket.resume(); socket.on('close', close) })
            await new Promise(resolve => silent.listen(0, '127.0.0.1', resolve))
            guardWebSockets(websocket, { attemptTime: 20 })
            await new Promise(resolve => {
              const client = new websocket.client({})
              client.connect(`ws://127.0.0.1:${silent.address().port}`, 'echo-protocol')
              client.on('connectFailed', resolve)
            })
            await closed
            console.log('failed and closed')
            process.exit(0)
            """);

        run.Output.Should().Be("failed and closed\n", run.All);
    }

    private Task<ProgramRun> RunAsync(string text) =>
        packages.RunAsync($"import websocket from 'websocket'\nimport {{ guardWebSockets }} from '{Guard}'\n{Storm}\n{text}");
}
