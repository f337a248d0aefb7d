using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A factory whose options show what option types may hold. It makes no transport.</summary>
internal sealed class SampleFactory(string name, bool enabledByDefault = false, Type? serviceOptions = null) : ITransportFactory
{
    public static TransportCatalog Catalog { get; } = TransportCatalog.Of(
        new SampleFactory("tor", enabledByDefault: true, typeof(SampleServiceOptions)), new SampleFactory("i2p"), new SampleFactory("loopback"));

    public string Name => name;

    public string Description => $"The {name} of these tests.";

    public Type OptionsType => typeof(SampleOptions);

    public Type? ServiceOptionsType => serviceOptions;

    public bool EnabledByDefault => enabledByDefault;

    public ITransport Create(object options) => throw new NotSupportedException();
}

internal sealed record SampleOptions : IValidatableObject
{
    [Description("The path of the program.")]
    public string? Program { get; init; }

    [Range(1, 9)]
    public int Level { get; init; } = 3;

    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    public SampleMode Mode { get; init; }

    public IReadOnlyList<string> Lines { get; init; } = [];

    public SampleOptions? Inner { get; init; }

    [EmailAddress]
    public string? Contact { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Mode == SampleMode.External && Program is not null)
        {
            yield return new ValidationResult("A program is started only when managed. Remove \"program\", or set \"mode\" to \"managed\".", [nameof(Program), nameof(Mode)]);
        }
    }
}

internal enum SampleMode
{
    Managed,
    External,
}

internal sealed record SampleServiceOptions
{
    public int MaxStreams { get; init; }
}
