using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class VisitorQueueTests
{
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);
    private static readonly ServiceDefinition Definition = new() { Name = "node", Identity = new Identity("sample", "aa.sample", [1]), Ports = [80] };

    private readonly VisitorQueue _queue = new(Definition, places: 2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Visitors_are_accepted_in_the_order_in_which_they_came()
    {
        Visitor[] all = [Make(), Make()];
        foreach (Visitor visitor in all)
        {
            await _queue.LetInAsync(visitor);
        }

        (await AcceptAsync()).Should().BeSameAs(all[0]);
        (await AcceptAsync()).Should().BeSameAs(all[1]);
    }

    [Fact]
    public async Task Who_finds_no_place_waits_until_somebody_is_accepted()
    {
        await _queue.LetInAsync(Make());
        await _queue.LetInAsync(Make());
        Visitor third = Make();
        ValueTask waiting = _queue.LetInAsync(third);
        waiting.IsCompleted.Should().BeFalse();
        _queue.TryTakePlace().Should().BeFalse();

        await AcceptAsync();

        await waiting.AsTask().WaitAsync(Cap, Stop);
        await AcceptAsync();
        (await AcceptAsync()).Should().BeSameAs(third);
    }

    [Fact]
    public async Task A_place_is_kept_for_whoever_is_about_to_come_and_can_be_given_up()
    {
        _queue.TryTakePlace().Should().BeTrue();
        (await _queue.TakePlaceAsync()).Should().BeTrue();
        _queue.TryTakePlace().Should().BeFalse();

        _queue.GiveUpPlace();

        _queue.TryTakePlace().Should().BeTrue();
    }

    [Fact]
    public async Task Giving_up_accepting_loses_nobody()
    {
        using var patience = new CancellationTokenSource();
        Task<Visitor?> accepting = _queue.AcceptAsync(patience.Token).AsTask();
        await patience.CancelAsync();
        await FluentActions.Awaiting(() => accepting).Should().ThrowAsync<OperationCanceledException>();

        Visitor visitor = Make();
        await _queue.LetInAsync(visitor);

        (await AcceptAsync()).Should().BeSameAs(visitor);
    }

    [Fact]
    public async Task The_end_aborts_who_waits_and_leaves_alone_who_was_accepted()
    {
        (Visitor accepted, Visitor waiting) = (Make(), Make());
        await _queue.LetInAsync(accepted);
        await AcceptAsync();
        await _queue.LetInAsync(waiting);

        await Task.WhenAll(_queue.EndAsync(), _queue.EndAsync()).WaitAsync(Cap, Stop);

        Of(waiting).Should().Be("aborted, disposed");
        Of(accepted).Should().Be("");
        (await AcceptAsync()).Should().BeNull();
    }

    [Fact]
    public async Task The_end_ends_the_wait_for_visitors_and_for_places()
    {
        Task<Visitor?> accepting = _queue.AcceptAsync(Stop).AsTask();
        await _queue.EndAsync();
        (await accepting.WaitAsync(Cap, Stop)).Should().BeNull();

        VisitorQueue full = new(Definition, places: 1);
        full.TryTakePlace().Should().BeTrue();
        Task<bool> taking = full.TakePlaceAsync().AsTask();
        Visitor late = Make();
        Task entering = full.LetInAsync(late).AsTask();
        await full.EndAsync();

        (await taking.WaitAsync(Cap, Stop)).Should().BeFalse();
        await entering.WaitAsync(Cap, Stop);
        Of(late).Should().Be("aborted, disposed");
        full.TryTakePlace().Should().BeFalse();
    }

    [Fact]
    public async Task Who_had_a_place_and_comes_after_the_end_is_aborted()
    {
        _queue.TryTakePlace().Should().BeTrue();
        await _queue.EndAsync();
        Visitor late = Make();

        _queue.LetIn(late);

        Of(late).Should().Be("aborted, disposed");
    }

    [Fact]
    public async Task All_connections_of_one_identity_are_expelled_and_nobody_elses()
    {
        (Visitor first, Visitor second, Visitor other) = (Make("a"), Make("a"), Make("b"));
        await _queue.LetInAsync(first, first.Connection.Abort);
        await AcceptAsync();
        await _queue.LetInAsync(second, second.Connection.Abort);
        await _queue.LetInAsync(other, other.Connection.Abort);

        _queue.Expel("a").Should().BeTrue();

        Of(first).Should().Be("aborted");
        Of(second).Should().Be("aborted");
        Of(other).Should().Be("");
        _queue.Expel("c").Should().BeFalse();
    }

    [Fact]
    public async Task Whose_connection_is_closed_is_not_expelled_any_more()
    {
        Visitor visitor = Make("a");
        await _queue.LetInAsync(visitor, visitor.Connection.Abort);
        await ((Connection)visitor.Connection).CloseAsync();

        _queue.Expel("a").Should().BeFalse();
    }

    [Fact]
    public async Task A_fault_is_told_to_whoever_accepts_once_those_who_wait_are_in()
    {
        Visitor visitor = Make();
        await _queue.LetInAsync(visitor);
        _queue.Fail(new IOException("The listener is gone."));

        (await AcceptAsync()).Should().BeSameAs(visitor);
        await FluentActions.Awaiting(AcceptAsync).Should().ThrowAsync<IOException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Accepting_resumes_where_a_visitor_is_let_in_only_where_it_promised_not_to_block(bool neverBlocks)
    {
        VisitorQueue queue = new(Definition with { AcceptingNeverBlocks = neverBlocks });
        int resumedOn = 0;
        Task accepting = NoteAsync();
        int thread = 0;
        await Task.Factory.StartNew(
            () =>
            {
                thread = Environment.CurrentManagedThreadId;
                queue.TryTakePlace();
                queue.LetIn(Make());
            },
            Stop,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await accepting.WaitAsync(Cap, Stop);

        (resumedOn == thread).Should().Be(neverBlocks);

        async Task NoteAsync()
        {
            await queue.AcceptAsync(Stop).ConfigureAwait(false);
            resumedOn = Environment.CurrentManagedThreadId;
        }
    }

    private static Visitor Make(string? identity = null) => new(new Connection(), 80, identity);

    private static string Of(Visitor visitor) => string.Join(", ", ((Connection)visitor.Connection).Told);

    private Task<Visitor?> AcceptAsync() => _queue.AcceptAsync(Stop).AsTask().WaitAsync(Cap, Stop);

    private sealed class Connection : DefaultConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public Connection() => ConnectionClosed = _closed.Token;

        public List<string> Told { get; } = [];

        public Task CloseAsync() => _closed.CancelAsync();

        public override void Abort() => Told.Add("aborted");

        public override void Abort(ConnectionAbortedException abortReason) => Told.Add("aborted");

        public override ValueTask DisposeAsync()
        {
            Told.Add("disposed");
            _closed.Dispose();
            return base.DisposeAsync();
        }
    }
}
