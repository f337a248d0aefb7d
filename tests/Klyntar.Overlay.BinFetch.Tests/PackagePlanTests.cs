using System.Runtime.InteropServices;
using CsCheck;

namespace Klyntar.Overlay.BinFetch.Tests;

public sealed class PackagePlanTests
{
    [Fact]
    public void The_package_comes_in_the_version_that_apt_would_install() =>
        Plan("Inst tor (0.4.9.11-0+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64])").Should().Equal("tor=0.4.9.11-0+deb12u1");

    [Fact]
    public void A_package_that_is_installed_comes_in_the_newest_version() =>
        Plan("tor is already the newest version (0.4.9.11-0+deb12u1).").Should().Equal("tor");

    [Fact]
    public void Helpers_of_the_daemon_stay_away() =>
        Plan(
            "Inst runit-helper (2.15.2 Debian:12.15/oldstable [all])",
            "Inst adduser (3.134 Debian:12.15/oldstable [all])",
            "Inst lsb-base (11.6 Debian:12.15/oldstable [all])",
            "Inst libtext-charwidth-perl (0.04-11 Debian:12.15/oldstable [amd64])",
            "Inst tor (0.4 Debian [amd64])").Should().Equal("tor=0.4");

    [Fact]
    public void Libraries_that_are_missing_or_too_old_come_along() =>
        Plan(
            "Inst libevent-2.1-7 (2.1.12-stable-8 Debian:12.15/oldstable [amd64])",
            "Inst zlib1g [1:1.2.11] (1:1.2.13.dfsg-1 Debian:12.15/oldstable [amd64])",
            "Inst tor (0.4 Debian [amd64])",
            "Conf libevent-2.1-7 (2.1.12-stable-8 Debian:12.15/oldstable [amd64])").Should().Equal("tor=0.4", "libevent-2.1-7=2.1.12-stable-8", "zlib1g=1:1.2.13.dfsg-1");

    [Fact]
    public void The_C_library_stays_the_systems() =>
        Plan("Inst libc6 [2.31] (2.36 Debian [amd64])", "Inst tor (0.4 Debian [amd64])").Should().Equal("tor=0.4");

    [Fact]
    public void The_C_library_comes_along_where_the_program_has_its_own_loader() =>
        PackagePlan.Parse("i2pd", ["Inst libc6 (2.41 Debian [amd64]) []", "Inst passwd (1 Debian [amd64])", "Inst i2pd (2.56 Debian [amd64])"], bringsCLibrary: true)
            .Packages.Should().Equal("i2pd=2.56", "libc6=2.41");

    [Theory]
    [InlineData("Inst --config-file=/tmp/x (1 Debian [amd64])")]
    [InlineData("Inst ../lib1 (1 Debian [amd64])")]
    [InlineData("Inst lib1 (1;id Debian [amd64])")]
    public void What_is_no_package_is_left_out(string line) => Plan(line).Should().Equal("tor");

    [Fact]
    public void Any_output_gives_a_plan_of_bounded_size() => Gen.String.Array[0, 50].Sample(lines =>
        PackagePlan.Parse("tor", lines).Packages.Should().StartWith("tor").And.HaveCountLessThanOrEqualTo(201));

    [Fact]
    public void A_distribution_is_known_by_its_name_version_and_architecture()
    {
        Distribution debian = Distribution.Parse("PRETTY_NAME=\"Debian GNU/Linux 12\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n", Architecture.X64);

        debian.Should().Be(new Distribution("Debian", "debian-12-x64"));
        Distribution.Parse("NAME=Debian\nID=debian\nVERSION_CODENAME=forky\n", Architecture.Arm64).Key.Should().Be("debian-forky-arm64");
    }

    [Fact]
    public void Any_os_release_gives_a_key_that_is_a_file_name() => Gen.String.Sample(text =>
        Distribution.Parse($"ID={text}\nVERSION_ID=../{text}", Architecture.X64).Key.Should().MatchRegex("^[a-z0-9._-]+$"));

    private static IReadOnlyList<string> Plan(params string[] simulation) => PackagePlan.Parse("tor", simulation).Packages;
}
