using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Klyntar.Overlay.Processes;

/// <summary>The portable tether: a small shell beside the program waits on a pipe that only this process writes to, and kills the program when the pipe ends without a word.</summary>
/// <remarks>
/// The watcher is the program's child, and the program takes the first shell's place, so the process id is the
/// program's own. After the program's end the watcher is told to leave, so that it never kills a reused process id.
/// </remarks>
internal sealed class Leash : Tether
{
    // $0 is the length of the program's input, which comes first on the pipe, or "held" where the program is to have the pipe
    // itself: nothing is written to it before the program's end. POSIX gives a background command /dev/null as input, hence
    // descriptor 3.
    private const string Script =
        """
        exec 3<&0
        if [ "$0" != held ] && [ "$0" -gt 0 ]; then input=$(head -c "$0" <&3); fi
        { if ! read -r word <&3; then kill -9 $$; fi; } >/dev/null 2>&1 &
        if [ "$0" = held ]; then exec "$@" <&3 3<&-; fi
        if [ "$0" -gt 0 ]; then
        exec "$@" 3<&- <<END_OF_INPUT
        $input
        END_OF_INPUT
        fi
        exec "$@" 3<&- </dev/null
        """;

    private const string Held = "held";

    public override bool LeadsItsGroup => false;

    public override void Command(ProcessStartInfo info, HelperProcessOptions options)
    {
        info.FileName = "/bin/sh";
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(Script);
        info.ArgumentList.Add(options.HoldsInput ? Held : Encoding.UTF8.GetByteCount(options.Input).ToString(CultureInfo.InvariantCulture));
        info.ArgumentList.Add(options.Program.Path);
        foreach (string argument in options.Arguments)
        {
            info.ArgumentList.Add(argument);
        }
    }

    public override async Task FeedAsync(Process process, HelperProcessOptions options)
    {
        try
        {
            await process.StandardInput.WriteAsync(options.Input).ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It ended without reading: its exit tells the story.
        }
    }

    public override async Task ReleaseAsync(Process process)
    {
        try
        {
            using StreamWriter writer = process.StandardInput;
            await writer.WriteAsync("ended\n").ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The watcher is gone already.
        }
    }
}
