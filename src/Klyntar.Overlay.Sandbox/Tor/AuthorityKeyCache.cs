using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Klyntar.Overlay.Sandbox;

/// <summary>
/// Keeps authority keys from one sandbox to the next: making them is the slow part of a first start. They are worth
/// nothing outside a sandbox. Several sandboxes may use the same keys at once: each has its own addresses, and nobody
/// else trusts these authorities.
/// </summary>
/// <param name="folder">Where they are kept.</param>
/// <param name="clock">Tells when they run out.</param>
internal sealed class AuthorityKeyCache(string folder, TimeProvider clock)
{
    /// <summary>Keys that run out sooner than this are made anew: a sandbox may stay up for weeks.</summary>
    public static readonly TimeSpan Reserve = TimeSpan.FromDays(60);

    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(50);

    /// <summary><c>$XDG_CACHE_HOME/klyntar-overlay/sandbox/authorities</c>.</summary>
    public static string DefaultFolder => Path.Combine(CacheHome(), "klyntar-overlay", "sandbox", "authorities");

    private string FilePath => Path.Combine(folder, "authorities.json");

    /// <summary>Reads the keys, making and keeping them where there are none, too few, damaged ones or old ones.</summary>
    /// <param name="count">How many authorities.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The keys and whether they came from the cache. Where the cache cannot be written they are new each time.</returns>
    public async Task<(ImmutableArray<AuthorityKeys> Keys, bool FromCache)> GetAsync(int count, CancellationToken cancellationToken)
    {
        if (TryRead(count) is { } kept)
        {
            return (kept, true);
        }

        try
        {
            PrivateFiles.CreateFolder(folder);
            using FileStream held = await LockAsync(cancellationToken);

            // Another run may have made them while this one waited.
            if (TryRead(count) is { } made)
            {
                return (made, true);
            }

            ImmutableArray<AuthorityKeys> keys = await CreateAsync(count, cancellationToken);
            PrivateFiles.Write(FilePath, JsonSerializer.Serialize(keys, AuthorityKeysJson.Default.ImmutableArrayAuthorityKeys));
            return (keys, false);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return (await CreateAsync(count, cancellationToken), false);
        }
    }

    private static async Task<ImmutableArray<AuthorityKeys>> CreateAsync(int count, DateTimeOffset now, CancellationToken cancellationToken) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => AuthorityKeys.Create(now), cancellationToken)))];

    // Valid from a little earlier, so that a clock that is set back does not make them invalid.
    private Task<ImmutableArray<AuthorityKeys>> CreateAsync(int count, CancellationToken cancellationToken) =>
        CreateAsync(count, clock.GetUtcNow() - TimeSpan.FromHours(24), cancellationToken);

    private ImmutableArray<AuthorityKeys>? TryRead(int count)
    {
        try
        {
            ImmutableArray<AuthorityKeys> keys = JsonSerializer.Deserialize(File.ReadAllText(FilePath), AuthorityKeysJson.Default.ImmutableArrayAuthorityKeys);
            if (keys.IsDefault || keys.Length < count)
            {
                return null;
            }

            keys = keys[..count];
            DateTimeOffset until = clock.GetUtcNow() + Reserve;
            return keys.All(k => k is not null && k.Expires > until && k.IsSound()) ? keys : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, "lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockRetry, clock, cancellationToken);
            }
        }
    }

    private static string CacheHome()
    {
        // The base directory specification: a relative path is to be ignored.
        string? home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (Path.IsPathFullyQualified(home ?? ""))
        {
            return home!;
        }

        return OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}

[JsonSerializable(typeof(ImmutableArray<AuthorityKeys>))]
internal sealed partial class AuthorityKeysJson : JsonSerializerContext;
