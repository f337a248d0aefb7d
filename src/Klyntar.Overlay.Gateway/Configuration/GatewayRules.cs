namespace Klyntar.Overlay.Gateway;

/// <summary>The rules that no single value can tell: across keys, sections and transports.</summary>
internal sealed partial class GatewayRules(GatewayOptions options, TransportCatalog catalog, ConfigurationReport report)
{
    private const int Sha256Digits = 64;

    private const int MaxNameLength = 64;
    private const int MaxPorts = 64;

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    private readonly HashSet<string> _enabled = [.. EnabledTransports.Names(options, catalog)];

    public void Check()
    {
        new OptionsValidator(report).Check(options, typeof(GatewayOptions), "");
        if (options.DataFolder is { } folder)
        {
            CheckPath("dataFolder", folder, "Write the path of a folder.");
        }

        CheckTransports();
        CheckDoors();
        CheckServices();
        CheckPeers();
        CheckPlugins();
        CheckClearnet("clearnet.names", options.Clearnet.Names);
        CheckClearnet("clearnet.addresses", options.Clearnet.Addresses);
        CheckTime("relay.idleLimit", options.Relay.IdleLimit, mayBeNever: true);
        CheckTime("relay.finHoldBack", options.Relay.FinHoldBack, mayBeNever: true);
        CheckTime("relay.visitorFinHoldBack", options.Relay.VisitorFinHoldBack, mayBeNever: true);
        CheckTime("limits.drainTime", options.Limits.DrainTime, mayBeNever: false, mayBeZero: true);
    }

    private void CheckTransports()
    {
        foreach ((string name, object? section) in options.Transports)
        {
            string path = ConfigurationNode.PathOf("transports", name);
            if (!catalog.TryGet(name, out ITransportFactory? factory))
            {
                ReportMissing(path, name);
            }
            else if (section is not null && !factory.OptionsType.IsInstanceOfType(section))
            {
                Report(path, $"The options of \"{name}\" are of the type {section.GetType().Name}.", $"Give an instance of {factory.OptionsType.Name}.");
            }
        }
    }

    private void CheckPlugins()
    {
        foreach ((string name, string hash) in options.Plugins.Pinned)
        {
            if (hash.Length != Sha256Digits || !hash.All(char.IsAsciiHexDigit))
            {
                Report(ConfigurationNode.PathOf("plugins.pinned", name), $"This is no SHA-256, which has {Sha256Digits} hexadecimal digits.", $"'klyntar-overlay transports info {ConfigurationNode.Quotable(name)}' tells it.");
            }
        }
    }

    private void CheckClearnet(string path, string? transport)
    {
        if (transport is not null && !report.IsFaulty(path))
        {
            CheckEnabled(path, transport);
        }
    }

    private void ReportMissing(string path, string transport)
    {
        MissingTransport missing = catalog.WhyMissing(transport);
        Report(path, missing.Reason, missing.Advice);
    }

    private bool CheckEnabled(string path, string transport)
    {
        if (_enabled.Contains(transport))
        {
            return true;
        }

        if (catalog.TryGet(transport, out _))
        {
            Report(path, $"The transport \"{transport}\" is not enabled.", $"Write \"{transport}\": {{}} into \"transports\".");
        }
        else
        {
            ReportMissing(path, transport);
        }

        return false;
    }

    private void CheckPath(string path, string value, string advice)
    {
        string? reason = value switch
        {
            "" => "The path is empty.",
            ['~', ..] => "\"~\" means something to the shell alone.",
            _ when value.Contains('\0', StringComparison.Ordinal) => "A path has no NUL in it.",
            _ => null,
        };
        if (reason is not null)
        {
            Report(path, reason, advice);
        }
    }

    private void CheckName(string path, string name, string what)
    {
        // These names are file names in the key folder.
        if (name.Length is 0 or > MaxNameLength || name[0] == '.' || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
        {
            Report(path, $"\"{ConfigurationNode.Quotable(name)}\" cannot name {(what == "identity" ? "an" : "a")} {what}.", $"Write lower case letters, digits, dashes, dots and underscores, at most {MaxNameLength}, not starting with a dot.");
        }
    }

    private void CheckDialAs(string? service, string path)
    {
        path += ".dialAs";
        if (service is not null && !report.IsFaulty(path) && !options.Services.ContainsKey(service))
        {
            string advice = options.Services.Count == 0 ? "Publish it under \"services\", or remove this key." : Spelling.Advice(service, [.. options.Services.Keys]);
            Report(path, $"There is no service \"{ConfigurationNode.Quotable(service)}\".", advice);
        }
    }

    private void CheckTime(string path, TimeSpan value, bool mayBeNever, bool mayBeZero = false)
    {
        bool valid = value == Timeout.InfiniteTimeSpan
            ? mayBeNever
            : (value > TimeSpan.Zero || (mayBeZero && value == TimeSpan.Zero)) && value <= LongestTimer;
        if (!valid)
        {
            string never = mayBeNever ? ", or \"never\"" : "";
            Report(path, $"\"{TimeSpanConverter.Format(value)}\" is not possible here.", $"Write {(mayBeZero ? "at least \"0s\"" : "more than \"0s\"")} and at most \"30d\"{never}.");
        }
    }

    // What could not be read was reported with its own reason; a rule about it would only repeat that.
    private void Report(string path, string reason, string advice)
    {
        if (!report.HasErrorAt(path))
        {
            report.Add(path, reason, advice);
        }
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal).Select(n => $"\"{n}\""));
}
