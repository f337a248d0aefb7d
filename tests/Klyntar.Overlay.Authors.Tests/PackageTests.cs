using System.IO.Compression;
using System.Text;

namespace Klyntar.Overlay.Authors.Tests;

/// <summary>What is in the packages.</summary>
public sealed class PackageTests
{
    private static readonly string[] Libraries = ["Abstractions", "Connections", "Keys", "Processes", "Socks", "Testing"];

    [Fact]
    public void There_is_one_package_for_each_library_of_authors_and_the_template_and_none_else() =>
        Directory.GetFiles(PackedGateway.Packages, "*.nupkg").Select(p => Path.GetFileName(p)!.Split(".0.", 2)[0])
            .Should().BeEquivalentTo([.. Libraries.Select(l => $"Klyntar.Overlay.{l}"), "Klyntar.Overlay.Templates"]);

    [Theory]
    [InlineData("Abstractions")]
    [InlineData("Connections")]
    [InlineData("Keys")]
    [InlineData("Processes")]
    [InlineData("Socks")]
    [InlineData("Testing")]
    public void A_package_has_its_documentation_a_readme_a_licence_and_no_path_of_this_machine(string library)
    {
        using ZipArchive package = Open($"Klyntar.Overlay.{library}");
        string specification = Text(package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)));
        specification.Should().Contain("<license type=\"expression\">MIT</license>").And.Contain("<readme>README.md</readme>").And.MatchRegex("<description>[A-Z].+\\.</description>");
        Text(package.GetEntry("README.md")!).Should().Contain("Klyntar.Overlay.Testing");
        Text(package.GetEntry($"lib/net10.0/Klyntar.Overlay.{library}.xml")!).Should().Contain("<summary>");
        byte[] assembly = Bytes(package.GetEntry($"lib/net10.0/Klyntar.Overlay.{library}.dll")!);
        assembly.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Repository.Root)).Should().BeNegative();
        assembly.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Repository.Root)).Should().BeNegative();
    }

    [Fact]
    public void The_kit_brings_what_its_tests_are_made_of()
    {
        using ZipArchive package = Open("Klyntar.Overlay.Testing");
        Text(package.GetEntry("Klyntar.Overlay.Testing.nuspec")!).Should()
            .Contain("id=\"Klyntar.Overlay.Abstractions\"").And.Contain("id=\"xunit.v3.extensibility.core\"").And.Contain("id=\"xunit.v3.assert\"").And.Contain("id=\"Microsoft.Extensions.TimeProvider.Testing\"");
    }

    private static ZipArchive Open(string id) => ZipFile.OpenRead(Directory.GetFiles(PackedGateway.Packages, $"{id}.*.nupkg").Single());

    private static string Text(ZipArchiveEntry entry) => Encoding.UTF8.GetString(Bytes(entry));

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
