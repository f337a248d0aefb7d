using System.Runtime.InteropServices;

namespace Klyntar.Overlay.Keys.Tests;

/// <summary>The umask is the whole process's, so nothing runs beside these.</summary>
[CollectionDefinition(nameof(UmaskTests), DisableParallelization = true)]
[Collection(nameof(UmaskTests))]
public sealed partial class UmaskTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(0b000_000_000u)]
    [InlineData(0b001_111_111u)]
    public void Modes_do_not_depend_on_the_umask(uint mask)
    {
        uint former = SetUmask(mask);
        try
        {
            using DataFolder data = DataFolder.Open(_temporary["data"]);
            data.Keys("tor").Create("node", [1]);
            data.Keys("tor").Read("node").Should().Equal(1);
            File.GetUnixFileMode(_temporary["data/keys/tor/node"]).Should().Be(TemporaryFolder.Mode("600"));
            File.GetUnixFileMode(_temporary["data"]).Should().Be(TemporaryFolder.Mode("700"));
            File.GetUnixFileMode(_temporary["data/lock"]).Should().Be(TemporaryFolder.Mode("600"));
            File.GetUnixFileMode(_temporary["data/pid"]).Should().Be(TemporaryFolder.Mode("600"));
        }
        finally
        {
            _ = SetUmask(former);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetUmask(uint mask);
}
