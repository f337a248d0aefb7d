namespace Klyntar.Overlay.Fuzz;

/// <summary>
/// Fuzzes one target: takes an input that was interesting, changes it, runs it, and keeps it where it reached new code.
/// The same seed and corpus make the same inputs in the same order.
/// </summary>
internal sealed class Fuzzer
{
    /// <summary>How long one input may take. Generous, since a busy machine stops threads for long; an endless loop is found all the same.</summary>
    public static readonly TimeSpan InputTime = TimeSpan.FromSeconds(10);

    /// <summary>How much one input may allocate, in bytes. Inputs are at most some kilobytes.</summary>
    public const long InputMemory = 32 * 1024 * 1024;

    private const int MaxCorpus = 4096;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly IFuzzTarget _target;
    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly Mutator _mutator;
    private readonly List<byte[]> _corpus;
    private readonly List<byte[]> _found = [];
    private long _executions;
    private int _edges;
    private FuzzFailure? _failure;
    private byte[] _current = [];
    private long _currentStart;

    public Fuzzer(IFuzzTarget target, IReadOnlyList<byte[]> seeds, int seed, TimeProvider clock)
    {
        _target = target;
        _clock = clock;
        _random = new Random(seed);
        _mutator = new Mutator(_random, target.Words, target.MaxLength);
        _corpus = [.. seeds, []];
    }

    /// <summary>Runs until the time is over, so many inputs were run, or something fails.</summary>
    public FuzzResult Run(TimeSpan time, long maxExecutions = long.MaxValue)
    {
        long start = _clock.GetTimestamp();
        _currentStart = start;
        Thread worker = new(() => Work(start, time, maxExecutions)) { IsBackground = true, Name = $"fuzz {_target.Name}" };
        worker.Start();
        FuzzFailure? hang = null;
        while (hang is null && !worker.Join(WatchInterval))
        {
            byte[] input = Volatile.Read(ref _current);
            if (_clock.GetElapsedTime(Volatile.Read(ref _currentStart)) > InputTime && ReferenceEquals(input, Volatile.Read(ref _current)))
            {
                hang = new FuzzFailure(input, $"the input takes longer than {InputTime.TotalSeconds} s", IsHang: true);
            }
        }

        return new FuzzResult(_executions, _edges, _clock.GetElapsedTime(start), hang is null ? _found : [], hang ?? _failure);
    }

    private void Work(long start, TimeSpan time, long maxExecutions)
    {
        Coverage coverage = new();
        int seeds = _corpus.Count;
        for (int i = 0; i < seeds && _failure is null; i++)
        {
            Execute(coverage, _corpus[i]);
        }

        while (_failure is null && _executions < maxExecutions && _clock.GetElapsedTime(start) < time)
        {
            byte[] input = _mutator.Mutate(Pick(), _corpus[_random.Next(_corpus.Count)]);
            if (Execute(coverage, input) && _corpus.Count < MaxCorpus)
            {
                _corpus.Add(input);
                _found.Add(input);
            }
        }
    }

    /// <summary>An input to begin with: half of the time a recent one, since what is behind it was searched least; and the shorter of two, since it runs faster.</summary>
    private byte[] Pick()
    {
        int among = _random.Next(2) == 0 ? Math.Max(1, _corpus.Count / 8) : _corpus.Count;
        byte[] one = _corpus[_corpus.Count - 1 - _random.Next(among)];
        byte[] other = _corpus[_corpus.Count - 1 - _random.Next(among)];
        return one.Length < other.Length ? one : other;
    }

    private bool Execute(Coverage coverage, byte[] input)
    {
        Volatile.Write(ref _currentStart, _clock.GetTimestamp());
        Volatile.Write(ref _current, input);
        _executions++;
        coverage.Clear();
        long memory = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _target.Run(input);
            memory = GC.GetAllocatedBytesForCurrentThread() - memory;
            if (memory > InputMemory)
            {
                _failure = new FuzzFailure(input, $"the input makes it allocate {memory} bytes", IsHang: false);
            }
        }
#pragma warning disable CA1031 // Whatever comes out is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = new FuzzFailure(input, e.ToString(), IsHang: false);
        }

        bool isNew = coverage.Absorb();
        _edges = coverage.Edges;
        return isNew;
    }
}
