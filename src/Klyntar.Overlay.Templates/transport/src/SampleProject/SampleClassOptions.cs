using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace SampleNamespace;

/// <summary>The section "transports": { "sampletransport": { … } } of overlay.json.</summary>
/// <remarks>
/// The gateway reads it into this type, checks the attributes, then calls Validate. An unknown key is an error with a place in the file. The
/// descriptions are what 'klyntar-overlay transports info' and the JSON schema show. Passwords go into files of their own, whose paths are options.
/// </remarks>
public sealed record SampleClassOptions : IValidatableObject
{
    // A Unix socket's path has at most 103 bytes on some systems, and 40 of them are the socket's name.
    private const int LongestFolder = 60;

    [Description("The absolute path of the folder that all programs on this overlay share. Default: ~/.local/share/sampletransport.")]
    public string Folder { get; init; } = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), SampleClassAddress.Overlay);

    [Description("How long a visitor may take to say who it is, such as \"5s\".")]
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // A message names the thing, the cause and the next step.
        if (!Path.IsPathFullyQualified(Folder) || Folder.Length > LongestFolder)
        {
            yield return new ValidationResult($"The folder's path must be absolute and have at most {LongestFolder} characters. Choose another.", [nameof(Folder)]);
        }
    }
}
