using System.Runtime.Versioning;
using Microsoft.CodeAnalysis;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>Which plugins are run, and which are refused and why.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PluginLoadingTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly PluginLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void A_plugin_is_one_of_the_catalog_with_where_it_comes_from()
    {
        string folder = _lab.Make(new PluginCode());

        CatalogTransport found = Load().Transports["echo"];

        found.Factory.Description.Should().Be("Echoes whatever is sent.");
        found.Origin.Should().Be(folder);
        found.EnabledByDefault.Should().BeFalse("a plugin runs only where the configuration names it, whatever it says of itself");
        found.Plugin!.Version.Should().Be(new Version(1, 2, 3, 0));
        found.Plugin.ContractVersion.Should().Be(typeof(ITransport).Assembly.GetName().Version);
    }

    [Fact]
    public void The_transports_that_come_with_the_gateway_are_there_as_well()
    {
        _lab.Make(new PluginCode());

        Load().Names.Should().Contain(["echo", "tor", "i2p"]);
    }

    [Fact]
    public void A_plugin_folder_that_is_not_there_has_no_plugins()
    {
        TransportCatalog catalog = TransportCatalog.Load(new PluginOptions { Folder = _lab.FolderOf("nowhere") });

        catalog.Refused.Should().BeEmpty();
        catalog.Names.Should().Equal(TransportCatalog.LoadBuiltIn().Names);
    }

    [Fact]
    public void Two_plugins_each_have_their_own_version_of_a_library_and_so_has_the_gateway()
    {
        foreach ((string name, string version) in new[] { ("one", "1.0.0.0"), ("two", "2.0.0.0") })
        {
            PluginLab.MakeFolder(_lab.FolderOf(name));
            MetadataReference library = PluginLab.Compile(Path.Join(_lab.FolderOf(name), "MessagePack.dll"), $$"""
                [assembly: System.Reflection.AssemblyVersion("{{version}}")]
                namespace Library;
                public static class Said { public const string Nothing = ""; public static string Version => "{{version}}"; }
                """);
            _lab.Make(new PluginCode { Name = name, Description = "Library.Said.Version" }, references: library);
        }

        TransportCatalog catalog = Load();

        catalog.Refused.Should().BeEmpty();
        catalog.Transports["one"].Factory.Description.Should().Be("1.0.0.0");
        catalog.Transports["two"].Factory.Description.Should().Be("2.0.0.0");
    }

    [Fact]
    public void A_copy_of_the_contract_in_the_plugins_folder_is_not_used()
    {
        string folder = _lab.Make(new PluginCode());
        string copy = Path.Join(folder, "Klyntar.Overlay.Abstractions.dll");
        File.Copy(typeof(ITransport).Assembly.Location, copy);
        File.SetUnixFileMode(copy, Private);

        Load().Transports["echo"].Factory.Should().BeAssignableTo<ITransportFactory>();
    }

    [Fact]
    public void A_library_that_is_missing_is_told_before_anything_runs()
    {
        MetadataReference library = PluginLab.Compile(_lab.FolderOf("../Missing.dll"), "namespace Library; public static class Said { public static string Word => \"\"; }");
        _lab.Make(new PluginCode { Description = "Library.Said.Word", Constructor = "System.IO.File.WriteAllText(\"/nowhere/at/all\", \"\");" }, references: library);

        Refusal().Should().Be("echo needs Missing 0.0.0.0, which is not in the plugin's folder. Copy what 'dotnet publish' makes, dependencies and all.");
    }

    [Theory]
    [InlineData("9.0.0.0", "It was built with version 9.0.0 of Klyntar.Overlay.Abstractions, and this gateway has *. Update the gateway, or get the plugin for this one.")]
    [InlineData("0.0.9.0", "It was built with version 0.0.9 of Klyntar.Overlay.Abstractions, and this gateway has *. Get a newer version of the plugin.")]
    public void Another_version_of_the_contract_is_refused(string version, string told)
    {
        MetadataReference other = PluginLab.Compile(_lab.FolderOf("../Klyntar.Overlay.Abstractions.dll"), $$"""
            [assembly: System.Reflection.AssemblyVersion("{{version}}")]
            namespace Klyntar.Overlay;
            public sealed class OverlayTransportAttribute(System.Type factory) : System.Attribute { public System.Type Factory => factory; }
            """);
        PluginLab.MakeFolder(_lab.FolderOf("other"));
        PluginLab.Compile(Path.Join(_lab.FolderOf("other"), "Other.dll"), "[assembly: Klyntar.Overlay.OverlayTransport(typeof(string))]", other);

        Refusal().Should().Match(told);
    }

    [Theory]
    [InlineData("1.2.0", "1.4.0", true)]
    [InlineData("1.4.0", "1.2.0", false)]
    [InlineData("1.0.0", "2.0.0", false)]
    [InlineData("0.1.0", "0.1.3", true)]
    [InlineData("0.1.0", "0.2.0", false)]
    public void Before_one_point_nought_a_minor_version_is_a_major_one(string built, string present, bool fits) =>
        SharedAssemblies.Fits(Version.Parse(built), Version.Parse(present)).Should().Be(fits);

    [Fact]
    public void A_file_that_others_can_write_is_refused()
    {
        string folder = _lab.Make(new PluginCode());
        File.SetUnixFileMode(Path.Join(folder, "echo.dll"), Private | UnixFileMode.OtherWrite);

        Refusal().Should().Match("*echo.dll can be written by others (mode 0602), who could change the plugin. *chmod go-w *");
    }

    [Fact]
    public void A_folder_that_a_group_can_write_is_refused()
    {
        string folder = _lab.Make(new PluginCode());
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupWrite);

        Refusal().Should().Match($"{folder} can be written by others (mode 0720)*");
    }

    [Fact]
    public void A_plugin_folder_that_others_can_write_has_no_plugins_that_run()
    {
        _lab.Make(new PluginCode());
        File.SetUnixFileMode(_lab.Root, (UnixFileMode)0b111_111_111);

        Refusal().Should().Match($"The folder {_lab.Root} can be written by others (mode 0777), who could replace the plugin below it. Run: chmod go-w *");
    }

    [Fact]
    public void A_link_that_leads_out_is_refused_and_one_that_stays_in_is_not()
    {
        string folder = _lab.Make(new PluginCode());
        File.CreateSymbolicLink(Path.Join(folder, "same.txt"), "echo.dll");
        Load().Refused.Should().BeEmpty();
        File.CreateSymbolicLink(Path.Join(folder, "libc.so"), "/etc/passwd");

        Refusal().Should().Match("The symbolic link *libc.so leads out of the plugin, to /etc/passwd. *");
    }

    [Fact]
    public void A_plugin_is_the_contents_that_are_pinned_or_it_is_refused()
    {
        string folder = _lab.Make(new PluginCode());
        string hash = Load().Transports["echo"].Plugin!.Sha256;
        PluginOptions pinned = _lab.Options with { Pinned = new Dictionary<string, string> { ["echo"] = hash.ToUpperInvariant() } };
        TransportCatalog.Load(pinned).Transports["echo"].Plugin!.IsPinned.Should().BeTrue();
        File.WriteAllText(Path.Join(folder, "more.txt"), "more");
        File.SetUnixFileMode(Path.Join(folder, "more.txt"), Private);

        TransportCatalog.Load(pinned).Refused.Should().ContainSingle().Which.Why.Should().Match("Its contents are not those that the configuration pins: they have the SHA-256 *. Find out who changed them; *");
    }

    [Fact]
    public void A_name_that_a_transport_of_the_gateway_has_is_refused()
    {
        _lab.Make(new PluginCode { Name = "tor" });

        Refusal().Should().Be("A transport named tor comes with the gateway. Its author must rename it.");
        Load().Transports["tor"].Plugin.Should().BeNull();
    }

    [Fact]
    public void A_folder_that_is_not_named_as_its_transport_is_refused()
    {
        _lab.Make(new PluginCode(), "other");

        Refusal().Should().Be("Its transport is named echo: rename the folder to that.");
    }

    [Fact]
    public void A_folder_without_a_transport_is_refused()
    {
        PluginLab.MakeFolder(_lab.FolderOf("empty"));

        Refusal().Should().StartWith("No assembly in it names a transport with [assembly: OverlayTransport(typeof(…))].");
    }

    [Fact]
    public void A_file_that_is_damaged_is_no_assembly()
    {
        PluginLab.MakeFolder(_lab.FolderOf("noise"));
        File.WriteAllBytes(Path.Join(_lab.FolderOf("noise"), "Noise.dll"), [0x4d, 0x5a, .. new byte[2_000]]);
        File.SetUnixFileMode(Path.Join(_lab.FolderOf("noise"), "Noise.dll"), Private);

        Refusal().Should().StartWith("No assembly in it names a transport");
    }

    [Fact]
    public void A_factory_that_throws_does_not_hide_the_other_plugins()
    {
        _lab.Make(new PluginCode { Constructor = "throw new System.InvalidOperationException(\"a bug\");", Name = "bad" });
        _lab.Make(new PluginCode());

        Refusal().Should().Match("The transport factory Sample.EchoFactory of bad cannot be made: a bug *");
        Load().Names.Should().Contain("echo");
    }

    [Fact]
    public void A_factory_that_hangs_is_given_up()
    {
        _lab.Make(new PluginCode { Constructor = "System.Threading.Thread.Sleep(System.Threading.Timeout.Infinite);" });

        Refusal().Should().Be("Its factory was not made within 10 s: it hangs. Report it to its author, and remove the plugin until then.");
    }

    [Fact]
    public void A_configuration_that_names_a_refused_plugin_is_told_why()
    {
        _lab.Make(new PluginCode(), "other");

        Action reading = () => GatewayConfiguration.Read("""{ "transports": { "other": {} } }"""u8, "overlay.json", Load());

        reading.Should().Throw<ConfigurationException>().WithMessage("*other is not run.*Its transport is named echo: rename the folder to that.*");
    }

    [Fact]
    public void A_plugins_options_are_read_from_its_section_and_checked()
    {
        _lab.Make(new PluginCode());
        TransportCatalog catalog = Load();

        object read = GatewayConfiguration.Read("""{ "transports": { "echo": { "buffer": 77 } } }"""u8, "overlay.json", catalog).Transports["echo"]!;
        Action misspelt = () => GatewayConfiguration.Read("""{ "transports": { "echo": { "bufer": 77 } } }"""u8, "overlay.json", catalog);

        read.ToString().Should().Be("EchoOptions { Buffer = 77 }");
        misspelt.Should().Throw<ConfigurationException>().WithMessage("*There is no key \"bufer\" here.*buffer*");
        GatewaySchema.Generate(catalog).Should().Contain("How many bytes wait.");
    }

    private TransportCatalog Load() => TransportCatalog.Load(_lab.Options);

    private string Refusal() => Load().Refused.Should().ContainSingle().Which.Why;
}
