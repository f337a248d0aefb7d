using System.Collections.Immutable;
using System.Runtime.Versioning;
using Microsoft.Extensions.Time.Testing;

namespace Klyntar.Overlay.Sandbox.Tests;

public sealed class AuthorityKeyCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero));

    private string CacheFolder => Path.Combine(_folder, "authorities");

    private string CacheFile => Path.Combine(CacheFolder, "authorities.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Keys_are_made_once_and_read_afterwards()
    {
        (ImmutableArray<AuthorityKeys> made, bool first) = await Cache().GetAsync(2, TestContext.Current.CancellationToken);
        (ImmutableArray<AuthorityKeys> read, bool second) = await Cache().GetAsync(2, TestContext.Current.CancellationToken);

        first.Should().BeFalse();
        second.Should().BeTrue();
        read.Should().Equal(made);
        made.Should().OnlyContain(k => k.IsSound());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_keys_are_readable_by_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");

        await Cache().GetAsync(1, TestContext.Current.CancellationToken);

        File.GetUnixFileMode(CacheFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(CacheFolder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.GetFiles(CacheFolder, "*.partial").Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_near_their_end_are_made_anew()
    {
        (ImmutableArray<AuthorityKeys> old, _) = await Cache().GetAsync(1, TestContext.Current.CancellationToken);

        _clock.SetUtcNow(old[0].Expires - AuthorityKeyCache.Reserve);
        (ImmutableArray<AuthorityKeys> renewed, bool fromCache) = await Cache().GetAsync(1, TestContext.Current.CancellationToken);

        fromCache.Should().BeFalse();
        renewed[0].V3Ident.Should().NotBe(old[0].V3Ident);
        renewed[0].Expires.Should().BeAfter(old[0].Expires);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[{\"SigningKey\":\"x\"}]")]
    [InlineData("[{\"SigningKey\":null,\"Certificate\":null,\"RelayIdentityKey\":null,\"V3Ident\":null,\"Fingerprint\":null,\"Expires\":\"2036-01-01T00:00:00Z\"}]")]
    [InlineData("[{\"SigningKey\":\"a\",\"Certificate\":\"b\",\"RelayIdentityKey\":\"c\",\"V3Ident\":\"d\",\"Fingerprint\":\"e\",\"Expires\":\"2036-01-01T00:00:00Z\"}]")]
    public async Task A_damaged_cache_is_replaced(string content)
    {
        Directory.CreateDirectory(CacheFolder);
        await File.WriteAllTextAsync(CacheFile, content, TestContext.Current.CancellationToken);

        (_, bool fromCache) = await Cache().GetAsync(1, TestContext.Current.CancellationToken);
        (_, bool afterwards) = await Cache().GetAsync(1, TestContext.Current.CancellationToken);

        fromCache.Should().BeFalse();
        afterwards.Should().BeTrue();
    }

    [Fact]
    public async Task A_key_of_another_authority_is_noticed()
    {
        (ImmutableArray<AuthorityKeys> keys, _) = await Cache().GetAsync(2, TestContext.Current.CancellationToken);

        (keys[0] with { SigningKey = keys[1].SigningKey }).IsSound().Should().BeFalse();
        (keys[0] with { RelayIdentityKey = keys[1].RelayIdentityKey }).IsSound().Should().BeFalse();
        (keys[0] with { V3Ident = keys[1].V3Ident }).IsSound().Should().BeFalse();
    }

    [Fact]
    public async Task Runs_that_start_together_agree_on_one_set_of_keys()
    {
        (ImmutableArray<AuthorityKeys> Keys, bool)[] all = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => Task.Run(() => new AuthorityKeyCache(CacheFolder, TimeProvider.System).GetAsync(1, TestContext.Current.CancellationToken))));

        all.Select(a => a.Keys[0].V3Ident).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Where_the_cache_cannot_be_written_the_keys_are_new_each_time()
    {
        await File.WriteAllTextAsync(CacheFolder, "a file where the folder should be", TestContext.Current.CancellationToken);

        (ImmutableArray<AuthorityKeys> keys, bool fromCache) = await Cache().GetAsync(1, TestContext.Current.CancellationToken);

        fromCache.Should().BeFalse();
        keys.Should().ContainSingle();
    }

    private AuthorityKeyCache Cache() => new(CacheFolder, _clock);
}
