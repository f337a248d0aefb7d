using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.I2P;

/// <summary>An operator's own file of names, which is asked before the router's address book, and read anew when it has changed.</summary>
internal sealed partial class HostList
{
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private HostListText _text;
    private (DateTime Written, long Length)? _read;

    private HostList(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _read = Stamp();
        _text = Read();
    }

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="OverlayException">It is missing, too large, or cannot be read.</exception>
    public static HostList Open(string path, ILogger logger)
    {
        try
        {
            return new HostList(path, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The host list {path} cannot be read: {e.Message} Correct transports.i2p.hostList, or write lines of the form NAME.i2p=DESTINATION there.", e);
        }
    }

    /// <summary>The destination of a name, in base64; null where the file does not have it. Never blocks its caller.</summary>
    public Task<string?> FindAsync(string name, CancellationToken cancellationToken) => Task.Run(() => Find(name), cancellationToken);

    private string? Find(string name)
    {
        lock (_gate)
        {
            (DateTime, long)? stamp = Stamp();
            if (stamp != _read)
            {
                _read = stamp;
                try
                {
                    _text = Read();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // What it said before still counts: a name must not lead elsewhere because a file is being replaced.
                    LogNotRead(_path, e.Message);
                }
            }

            return _text.Hosts.GetValueOrDefault(name);
        }
    }

    private HostListText Read()
    {
        using FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > HostListText.MaxSize)
        {
            throw new IOException($"It has more than {HostListText.MaxSize} bytes.");
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var text = HostListText.Parse(bytes);
        LogRead(_path, text.Hosts.Count);
        if (text.Odd > 0)
        {
            LogOdd(text.Odd, _path, text.FirstOdd);
        }

        return text;
    }

    private (DateTime Written, long Length)? Stamp() => new FileInfo(_path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;

    [LoggerMessage(30, LogLevel.Information, "The host list {Path} has {Count} names.")]
    private partial void LogRead(string path, int count);

    [LoggerMessage(31, LogLevel.Warning, "{Count} lines of the host list {Path} are passed over, the first being line {Line}: they are not of the form NAME.i2p=DESTINATION.")]
    private partial void LogOdd(int count, string path, int line);

    [LoggerMessage(32, LogLevel.Warning, "The host list {Path} cannot be read any more, and what it said before counts on: {Why}")]
    private partial void LogNotRead(string path, string why);
}
