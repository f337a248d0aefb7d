using System.Collections.Immutable;
using Klyntar.Overlay.Keys;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Gateway;

/// <summary>The transports of one gateway.</summary>
internal sealed partial class TransportSet : IAsyncDisposable
{
    private const string LogCategory = "Klyntar.Overlay.Gateway.Transports";

    private readonly Lock _gate = new();
    private readonly HashSet<(string Carried, string Carrier)> _carriers = [];
    private readonly Dictionary<string, RecordingPrograms> _programs = new(StringComparer.Ordinal);

    private TransportSet(ImmutableArray<TransportHost> all) => All = all;

    /// <summary>In ordinal order of their names.</summary>
    public ImmutableArray<TransportHost> All { get; }

    /// <summary>Makes those that the configuration enables. Starts nothing.</summary>
    /// <exception cref="OverlayException">A factory threw.</exception>
    public static async Task<TransportSet> CreateAsync(GatewayOptions options, GatewayServices services)
    {
        ILogger logger = services.Loggers.CreateLogger(LogCategory);
        var made = new List<TransportHost>();
        foreach (string name in EnabledTransports.Names(options, services.Catalog))
        {
            CatalogTransport offered = services.Catalog.Transports[name];
            try
            {
                made.Add(new TransportHost(offered.Create(options.Transports.GetValueOrDefault(name)), services.Clock, logger, isPlugin: offered.Plugin is not null));
                RefuseSharedNames(made);
            }
            catch (Exception e)
            {
                await Task.WhenAll(made.Select(t => t.DisposeAsync().AsTask()));
                if (e is OverlayException)
                {
                    throw;
                }

                LogNotMade(logger, e, name);
                throw new OverlayException($"The transport {name} cannot be made: {e.GetType().Name}, {e.Message.TrimEnd('.')}. Please report it to its author; \"{name}\": false in \"transports\" runs the gateway without it.", e);
            }
        }

        return new TransportSet([.. made]);
    }

    public TransportHost? Find(string name)
    {
        foreach (TransportHost transport in All)
        {
            if (transport.Name == name)
            {
                return transport;
            }
        }

        return null;
    }

    /// <summary>The helper program that a transport last asked for.</summary>
    public HelperProgram? ProgramOf(string name)
    {
        lock (_gate)
        {
            return _programs.GetValueOrDefault(name)?.Last;
        }
    }

    /// <summary>Starts one transport.</summary>
    public Task StartAsync(TransportHost transport, DataFolder data, GatewayServices services, Router router, Action changed, CancellationToken cancellationToken)
    {
        var programs = new RecordingPrograms(services.Programs, changed);
        lock (_gate)
        {
            _programs[transport.Name] = programs;
        }

        return transport.StartAsync(
            () =>
            {
                string folder = data.Folder(transport.Name);
                var clientKeys = new Lazy<IKeyStore>(() => data.ClientKeys(transport.Name));
                return new TransportContext(transport, folder, KeyFolder.Open(Path.Join(folder, "keys")), clientKeys, services, programs, this, router);
            },
            cancellationToken);
    }

    /// <summary>Whether one transport may publish on another: not where the other, by way of whichever third, publishes on it.</summary>
    public bool MayCarry(string carried, string carrier)
    {
        lock (_gate)
        {
            if (Reaches(carrier, carried))
            {
                return false;
            }

            _carriers.Add((carried, carrier));
            return true;
        }
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(All.Select(t => t.DisposeAsync().AsTask()));

    // Of two that claim a name the router would take neither; told at once, not when somebody dials.
    private static void RefuseSharedNames(List<TransportHost> made)
    {
        TransportHost last = made[^1];
        foreach (TransportHost other in made.SkipLast(1))
        {
            if (other.Suffixes.Intersect(last.Suffixes, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } suffix)
            {
                throw new OverlayException($"Both {other.Name} and {last.Name} claim names that end in {ConfigurationNode.Quotable(suffix)}. Switch one of them off, with false in \"transports\", or configure it for other names.");
            }
        }
    }

    private bool Reaches(string from, string to)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out string? name))
        {
            if (name == to)
            {
                return true;
            }

            if (seen.Add(name))
            {
                foreach ((string _, string carrier) in _carriers.Where(c => c.Carried == name))
                {
                    open.Push(carrier);
                }
            }
        }

        return false;
    }

    [LoggerMessage(1, LogLevel.Error, "The transport {Transport} cannot be made.")]
    private static partial void LogNotMade(ILogger logger, Exception exception, string transport);
}
