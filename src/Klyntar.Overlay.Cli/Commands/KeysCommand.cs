using System.CommandLine;
using Klyntar.Overlay.Gateway;
using Klyntar.Overlay.Identities;
using Spectre.Console;

namespace Klyntar.Overlay.Cli;

/// <summary><c>keys</c>: the identities of services, without the network.</summary>
internal static class KeysCommand
{
    // Far above any overlay's key file.
    private const int LargestKeyFile = 64 * 1024;

    public static Command Create() => new("keys", "List, make, import and export identities: the private keys that make services' addresses.")
    {
        CreateList(),
        CreateNew(),
        CreateImport(),
        CreateExport(),
    };

    private static Command CreateList()
    {
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("list", "Show the identities and their addresses.") { dataFolder };
        command.SetAction(parse =>
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumns("name", "overlay", "address");
            foreach ((string overlay, IIdentityFormat format) in Formats())
            {
                ServiceIdentities identities = Open(parse.GetValue(dataFolder), overlay, format);
                foreach (string name in identities.List())
                {
                    table.AddRow(new Text(name), new Text(overlay), new Text(identities.Read(name)?.Address ?? ""));
                }
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command CreateNew()
    {
        Argument<string> name = Name();
        Option<string> on = CommonOptions.On("it is for");
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("new", "Make an identity and show its address.") { name, on, dataFolder };
        command.SetAction(parse =>
        {
            (string overlay, IIdentityFormat format) = Format(parse.GetValue(on)!);
            Identity identity = format.Create();
            Open(parse.GetValue(dataFolder), overlay, format).Keep(parse.GetValue(name)!, identity);
            Console.Out.WriteLine(identity.Address);
        });
        return command;
    }

    private static Command CreateImport()
    {
        Argument<string> name = Name();
        Argument<FileInfo> file = new("FILE") { Description = "The key: for tor an hs_ed25519_secret_key file." };
        Option<string> on = CommonOptions.On("it is for");
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("import", "Keep an identity from elsewhere, and show its address.") { name, file, on, dataFolder };
        command.SetAction(parse =>
        {
            (string overlay, IIdentityFormat format) = Format(parse.GetValue(on)!);
            FileInfo source = parse.GetValue(file)!;
            IdentityImport import = format.Import(ReadKeyFile(source));
            if (!import.IsValid)
            {
                throw new OverlayException($"{source} is no identity of {overlay}: {import.Why}");
            }

            Open(parse.GetValue(dataFolder), overlay, format).Keep(parse.GetValue(name)!, import.Identity);
            Console.Out.WriteLine(import.Identity.Address);
        });
        return command;
    }

    private static Command CreateExport()
    {
        Argument<string> name = Name();
        Argument<FileInfo> file = new("FILE") { Description = "Where to write the key; it must not exist. It is a secret: the file is readable by you alone." };
        Option<string?> formatName = new("--format") { Description = "The form to write. Default: the overlay's own, for tor an hs_ed25519_secret_key file.", HelpName = "FORMAT" };
        Option<string> on = CommonOptions.On("it is for");
        Option<string?> dataFolder = CommonOptions.DataFolder();
        var command = new Command("export", "Write an identity to a file, as a backup or for another program.") { name, file, formatName, on, dataFolder };
        command.SetAction(parse =>
        {
            (string overlay, IIdentityFormat format) = Format(parse.GetValue(on)!);
            string wanted = parse.GetValue(formatName) ?? format.Formats[0];
            if (!format.Formats.Contains(wanted))
            {
                throw new OverlayException($"{overlay} knows no key format '{wanted}'. Use one of: {string.Join(", ", format.Formats)}.");
            }

            string kept = parse.GetValue(name)!;
            Identity identity = Open(parse.GetValue(dataFolder), overlay, format).Read(kept)
                ?? throw new OverlayException($"There is no identity '{kept}' on {overlay}. 'klyntar-overlay keys list' shows those there are.");
            WriteKeyFile(parse.GetValue(file)!, format.Export(identity, wanted));
        });
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "The identity's name; a service uses the one of its own name unless told." };

    private static IEnumerable<(string Overlay, IIdentityFormat Format)> Formats() =>
        from factory in TransportCatalog.LoadBuiltIn().Factories.Values
        let format = Create(factory).Identities
        where format is not null
        select (factory.Name, format);

    private static (string Overlay, IIdentityFormat Format) Format(string overlay)
    {
        var catalog = TransportCatalog.LoadBuiltIn();
        if (!catalog.TryGet(overlay, out ITransportFactory? factory))
        {
            throw new OverlayException($"There is no transport '{overlay}'. Use one of: {string.Join(", ", catalog.Factories.Keys)}.");
        }

        return Create(factory).Identities is { } format
            ? (overlay, format)
            : throw new OverlayException($"{overlay} publishes no services, so it has no identities.");
    }

    // Identities need no network and no configuration.
    private static ITransport Create(ITransportFactory factory) => factory.Create(Activator.CreateInstance(factory.OptionsType)!);

    private static ServiceIdentities Open(string? dataFolder, string overlay, IIdentityFormat format) =>
        new(Path.GetFullPath(dataFolder ?? GatewayOptions.DefaultDataFolder), overlay, format);

    private static byte[] ReadKeyFile(FileInfo file)
    {
        try
        {
            return file.Length <= LargestKeyFile
                ? File.ReadAllBytes(file.FullName)
                : throw new OverlayException($"{file} has {file.Length} bytes, more than any key. Check that it is the right file.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{file} cannot be read: {failure.Message}", failure);
        }
    }

    private static void WriteKeyFile(FileInfo file, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var stream = new FileStream(file.FullName, options);
            stream.Write(content);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{file} cannot be written: {failure.Message} Name a file that does not exist, in a folder that you may write to.", failure);
        }
    }
}
