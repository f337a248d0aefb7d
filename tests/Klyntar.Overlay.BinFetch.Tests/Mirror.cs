namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>The package mirror of this machine.</summary>
internal static class Mirror
{
    public static void Require() => Assert.SkipUnless(
        File.Exists("/usr/bin/apt-get") && File.Exists("/usr/bin/dpkg-deb"),
        "This machine has no apt-get and dpkg: obtaining packages is not tried here.");
}
