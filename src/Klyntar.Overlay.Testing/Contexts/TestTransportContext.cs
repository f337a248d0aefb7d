using Klyntar.Overlay.Identities;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Testing;

/// <summary>A context for transports under test: a folder of its own, keys in memory, captured logs, and neither other transports nor helper programs but configured ones unless given.</summary>
public sealed class TestTransportContext : ITransportContext, IDisposable
{
    /// <summary>What the names of all contexts' folders begin with.</summary>
    internal const string FolderPrefix = "klyntar-overlay-test-";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory(FolderPrefix);

    /// <summary>Makes a context.</summary>
    /// <param name="clock">The clock; a FakeTimeProvider for virtual time, or null for the system's.</param>
    /// <param name="output">Where log lines go besides <see cref="Log"/>, or null.</param>
    public TestTransportContext(TimeProvider? clock = null, Action<string>? output = null)
    {
        Clock = clock ?? TimeProvider.System;
        Log = new LogCapture(output);
    }

    /// <inheritdoc/>
    public string Folder => _folder.FullName;

    /// <inheritdoc/>
    public IKeyStore Keys { get; init; } = new InMemoryKeyStore();

    /// <inheritdoc/>
    public IKeyStore ClientKeys { get; init; } = new InMemoryKeyStore();

    /// <inheritdoc/>
    public TimeProvider Clock { get; }

    /// <summary>What was logged.</summary>
    public LogCapture Log { get; }

    /// <inheritdoc/>
    public ILoggerFactory Loggers => Log;

    /// <summary>Finds helper programs. Unless set, only those whose absolute path the transport's options name.</summary>
    public IHelperPrograms Programs { get; init; } = new ConfiguredPrograms();

    /// <inheritdoc/>
    public IFeatureCollection Features { get; init; } = new FeatureCollection();

    /// <summary>What dials through the gateway's router; null for a gateway without other transports.</summary>
    public Func<DialRequest, CancellationToken, ValueTask<DialResult>>? Dialler { get; init; }

    /// <summary>What publishes on other transports; null for a gateway without any.</summary>
    public Func<string, ServiceDefinition, CancellationToken, ValueTask<PublishResult>>? Publisher { get; init; }

    /// <summary>What makes identities on other transports; null for a gateway without any.</summary>
    public Func<string, Identity>? Identities { get; init; }

    /// <inheritdoc/>
    public Identity IdentityOn(string transport) =>
        Identities?.Invoke(transport) ?? throw new OverlayException($"There is no transport '{transport}' in this test. Give the context identities.");

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken) =>
        Dialler?.Invoke(request, cancellationToken) ?? ValueTask.FromResult<DialResult>(new DialError(DialErrorKind.NotAnOverlayName));

    /// <inheritdoc/>
    public ValueTask<PublishResult> PublishAsync(string transport, ServiceDefinition definition, CancellationToken cancellationToken) =>
        Publisher?.Invoke(transport, definition, cancellationToken)
        ?? ValueTask.FromResult<PublishResult>(new PublishError(PublishErrorKind.NotSupported, $"There is no transport '{transport}' in this test. Give the context a publisher."));

    /// <summary>Removes the folder.</summary>
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Disposed before, or the transport removed it.
        }
    }
}
