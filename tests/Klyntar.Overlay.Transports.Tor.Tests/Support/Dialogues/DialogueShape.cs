using System.Text.RegularExpressions;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What two recordings have in common, whenever and with whichever tor they were made: every command, and of replies the codes and keywords.</summary>
internal static partial class DialogueShape
{
    /// <summary>Commands and replies, in their order.</summary>
    public static IEnumerable<string> Lines(Dialogue dialogue)
    {
        bool isInData = false;
        foreach (DialogueStep step in dialogue.Steps.Where(s => !s.IsEvent))
        {
            if (!step.IsTor || step.Text is null)
            {
                yield return step.ToString();
            }
            else if (isInData)
            {
                // What a data block holds is tor's own affair.
                isInData = step.Text != ".";
            }
            else
            {
                isInData = step.Text.Length > 3 && step.Text[3] == '+';
                yield return Reply().Match(step.Text).Value;
            }
        }
    }

    /// <summary>Events, whose place between the others is chance.</summary>
    public static IEnumerable<string> Events(Dialogue dialogue) =>
        dialogue.Steps.Where(s => s.IsEvent).Select(s => Event().Match(s.Text!).Value);

    // Words that explain a refusal change from one tor to the next.
    [GeneratedRegex(@"^(2..[-+ ][A-Za-z_/-]*=?|[0-9]{3}.)")]
    private static partial Regex Reply();

    [GeneratedRegex(@"^6..[-+ ]\S+( \S+)?")]
    private static partial Regex Event();
}
