using Klyntar.Overlay.Processes;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Pluggable;

/// <summary>A program under the pluggable-transport protocol (pt-spec, version 1), kept running: started, heard until it is ready, and started again with back-off whenever it ends.</summary>
internal sealed partial class PtProcess
{
    /// <summary>How long a program may take to be ready. It takes milliseconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    private readonly PtProgram _program;
    private readonly PtRun _run;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Starts nothing yet.</summary>
    /// <param name="program">The program.</param>
    /// <param name="run">How it is run.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Gets its starts and ends, and what it says.</param>
    public PtProcess(PtProgram program, PtRun run, TimeProvider clock, ILogger logger)
    {
        _program = program;
        _run = run;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>Runs it until stopped.</summary>
    /// <param name="serve">What to do with its offer while it runs; it returns when the token is cancelled.</param>
    /// <param name="interrupted">Told why a run ended, as a sentence without addresses.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task RunAsync(Func<PtMethod, CancellationToken, Task> serve, Action<string> interrupted, CancellationToken cancellationToken)
    {
        Listener listener = new(this);
        var supervisor = new HelperSupervisor(_ => ValueTask.FromResult(Options(listener = new Listener(this))), new RestartBackOff(), _logger)
        {
            Clock = _clock,

            // What it said before it ended tells more than that it ended.
            OnInterrupted = interruption => interrupted(listener.Dialogue.Violation is { } violation ? Told(violation) : LogText.Redact(interruption.Why)),
        };
        return supervisor.RunAsync(ServeAsync, cancellationToken);

        async Task ServeAsync(HelperProcess process, CancellationToken ended)
        {
            PtMethod offer = await OfferAsync(listener, ended);
            supervisor.OnWorking();
            await serve(offer, ended);
        }
    }

    private async Task<PtMethod> OfferAsync(Listener listener, CancellationToken ended)
    {
        try
        {
            await listener.Outcome.WaitAsync(Patience, _clock, ended);
        }
        catch (TimeoutException)
        {
            string said = listener.Dialogue.Lines == 0 ? "It has said nothing: perhaps it is no pluggable transport." : "It has begun to, and not come to an end.";
            throw new OverlayException($"{_program.Name} was not ready to offer {_run.Method} within {Patience.TotalSeconds:0} s. {said} Check transports.{PluggableEndPoint.OverlayName}.programs.");
        }

        return listener.Dialogue.Violation is { } violation ? throw new OverlayException(Told(violation)) : listener.Dialogue.Offer!;
    }

    private string Told(string violation)
    {
        string next = _run.Role == PtRole.Client
            ? $"Check transports.{PluggableEndPoint.OverlayName}.programs."
            : "Check that nobody else listens at the service's address, and that this machine has it.";
        return $"{_program.Name} {violation.TrimEnd('.')}. {next}";
    }

    private HelperProcessOptions Options(Listener listener)
    {
        Dictionary<string, string> environment = Environment(_run.Prepare());
        return new HelperProcessOptions
        {
            Name = _program.Name,
            Program = _program.Program,
            Arguments = _program.Arguments,
            WorkingDirectory = _run.Folder,
            Environment = environment,
            HoldsInput = true,
            OnOutput = listener.OnLine,
            OnErrorOutput = listener.OnErrorLine,
            Redact = LogText.Redact,
            StopGrace = StopGrace,
            Clock = _clock,
        };
    }

    // pt-spec, section 3.2. Nothing else of ours but what HelperProcess gives.
    private Dictionary<string, string> Environment(IReadOnlyDictionary<string, string> further)
    {
        var variables = new Dictionary<string, string>(further)
        {
            ["TOR_PT_MANAGED_TRANSPORT_VER"] = "1",
            ["TOR_PT_STATE_LOCATION"] = _run.Folder + Path.DirectorySeparatorChar,
            ["TOR_PT_EXIT_ON_STDIN_CLOSE"] = "1",
        };
        if (_run.Role == PtRole.Client)
        {
            variables["TOR_PT_CLIENT_TRANSPORTS"] = _run.Method;
            if (_run.Proxy is { } proxy)
            {
                variables["TOR_PT_PROXY"] = $"socks5://{proxy}";
            }
        }
        else
        {
            variables["TOR_PT_SERVER_TRANSPORTS"] = _run.Method;
            variables["TOR_PT_SERVER_BINDADDR"] = $"{_run.Method}-{_run.Bind}";
        }

        return variables;
    }

    private void Say(LogLevel level, string text)
    {
        if (_logger.IsEnabled(level))
        {
            string redacted = LogText.Redact(text);
            Log.Program(_logger, level, _program.Name, redacted);
        }
    }

    /// <summary>Hears one run.</summary>
    private sealed class Listener(PtProcess owner)
    {
        private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PtDialogue Dialogue { get; } = new(owner._run.Role, owner._run.Method, owner._run.Bind) { NeedsProxy = owner._run.Proxy is not null };

        /// <summary>Completes when the dialogue has come to an end.</summary>
        public Task Outcome => _outcome.Task;

        private PtProcess Owner { get; } = owner;

        public void OnLine(string line)
        {
            if (line.StartsWith(PtLogLine.Keyword + " ", StringComparison.Ordinal) && PtLogLine.TryRead(line.AsSpan(PtLogLine.Keyword.Length), out PtLogLine? log))
            {
                Owner.Say(log.Level, log.Text);
            }
            else if (_outcome.Task.IsCompleted)
            {
                Owner.Say(LogLevel.Debug, line);
            }

            if (!_outcome.Task.IsCompleted && Dialogue.Take(line))
            {
                _outcome.TrySetResult();
            }
        }

        public void OnErrorLine(string line) => Owner.Say(LogLevel.Debug, line);
    }
}
