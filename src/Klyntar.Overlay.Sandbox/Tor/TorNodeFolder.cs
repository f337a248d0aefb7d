namespace Klyntar.Overlay.Sandbox;

/// <summary>The folder of one sandbox tor: its DataDirectory and the files that start it.</summary>
/// <param name="Path">An absolute path.</param>
internal readonly record struct TorNodeFolder(string Path)
{
    /// <summary>Where tor says which control port it took.</summary>
    public string ControlPortFile => System.IO.Path.Combine(Path, "control-port");

    /// <summary>The configuration.</summary>
    public string Torrc => System.IO.Path.Combine(Path, "torrc");

    /// <summary>An empty file, so that tor reads no configuration of the system's.</summary>
    public string EmptyTorrc => System.IO.Path.Combine(Path, "torrc-defaults");

    /// <summary>Makes the folder and writes the configuration, after the guard has seen it.</summary>
    public void Prepare(IReadOnlyCollection<string> torrc)
    {
        TorrcGuard.Check(torrc);
        PrivateFiles.CreateFolder(Path);
        File.Delete(ControlPortFile);
        PrivateFiles.Write(EmptyTorrc, "");
        PrivateFiles.Write(Torrc, string.Join('\n', torrc) + "\n");
    }
}
