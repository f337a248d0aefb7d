using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor;

/// <summary>Notices a tor that lives and does not answer: it would keep its sockets open, and dials and services hanging.</summary>
/// <param name="control">The control connection, which gives up on an answer that does not come.</param>
/// <param name="clock">Measures the time.</param>
/// <param name="logger">Is told when the time has jumped.</param>
internal sealed partial class TorHeartbeat(TorControlConnection control, TimeProvider clock, ILogger logger)
{
    public const string UptimeKey = "uptime";

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LongestAnswer = new ControlConnectionOptions().AnswerTimeout;

    /// <summary>What else is to be done with each beat.</summary>
    public Func<CancellationToken, Task> OnBeat { get; init; } = _ => Task.CompletedTask;

    /// <summary>Asks now and then, until the connection has ended.</summary>
    /// <exception cref="ControlException">The connection has ended, or another tor is behind it.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long before = 0;
        while (true)
        {
            ClockMark mark = ClockMark.Now(clock);
            await Task.Delay(Interval, clock, cancellationToken);
            TellOfJump(mark, Interval);

            // A refusal is an answer, too: filters in front of a control port may refuse this question.
            mark = ClockMark.Now(clock);
            string? told = await control.TryGetInfoAsync(UptimeKey, cancellationToken);
            TellOfJump(mark, LongestAnswer);
            if (long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out long uptime))
            {
                // Such a filter also hides that tor was started anew, and with it what was published before.
                before = uptime >= before ? uptime : throw new ControlException("Tor was started anew behind its control port.");
            }

            await OnBeat(cancellationToken);
        }
    }

    private void TellOfJump(ClockMark mark, TimeSpan expected)
    {
        if (mark.Jump(expected) is { } jump)
        {
            LogJump(TimeSpan.FromSeconds(Math.Round(jump.TotalSeconds)));
        }
    }

    [LoggerMessage(1, LogLevel.Information, "This machine slept, or its clock was set: the time has jumped by {Jump}. Tor is kept, and builds new circuits where the old ones are lost.")]
    private partial void LogJump(TimeSpan jump);
}
