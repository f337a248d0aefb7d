using System.Runtime.Versioning;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>A plugin folder, and the compiler that fills it.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PluginLab : IDisposable
{
    private static readonly MetadataReference[] Platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is not "Klyntar.Overlay.Gateway.Tests.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    private readonly TestFolder _folder = new();

    public PluginLab()
    {
        Directory.CreateDirectory(Root);
    }

    /// <summary>The plugin folder.</summary>
    public string Root => _folder.File("transports");

    public PluginOptions Options => new() { Folder = Root };

    public string FolderOf(string name) => Path.Join(Root, name);

    /// <summary>Makes a plugin in a folder of its name.</summary>
    public string Make(PluginCode code, string? folder = null, params MetadataReference[] references)
    {
        string path = FolderOf(folder ?? code.Name);
        MakeFolder(path);
        Compile(Path.Join(path, $"{code.Name}.dll"), code.ToString(), references);
        return path;
    }

    public static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path);

        // Whatever the umask of whoever runs the tests.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Compiles a library.</summary>
    /// <param name="path">Where to; its name is the assembly's.</param>
    /// <param name="source">The source.</param>
    /// <param name="references">What it needs beside the platform, in whose place it stands where the names are the same.</param>
    /// <returns>A reference to it.</returns>
    public static MetadataReference Compile(string path, string source, params MetadataReference[] references)
    {
        HashSet<string> replaced = [.. references.Select(r => Path.GetFileName(r.Display!))];
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(path),
            [CSharpSyntaxTree.ParseText(source)],
            [.. Platform.Where(p => !replaced.Contains(Path.GetFileName(p.Display!))), .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var result = compilation.Emit(path);
        result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Should().BeEmpty();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return MetadataReference.CreateFromFile(path);
    }

    public void Dispose() => _folder.Dispose();
}
