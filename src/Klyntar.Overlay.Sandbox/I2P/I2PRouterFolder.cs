namespace Klyntar.Overlay.Sandbox;

/// <summary>The folder of one sandbox router: its data and the files that start it.</summary>
/// <param name="Path">An absolute path.</param>
internal readonly record struct I2PRouterFolder(string Path)
{
    /// <summary>What the router tells others of itself.</summary>
    public string RouterInfo => System.IO.Path.Combine(Path, "router.info");

    /// <summary>What it knows of others.</summary>
    public string NetDb => System.IO.Path.Combine(Path, "netDb");

    /// <summary>The arguments that start it: no file of the system's is read.</summary>
    public IReadOnlyList<string> Arguments =>
        [$"--datadir={Path}", $"--conf={Configuration}", $"--tunconf={Tunnels}", $"--tunnelsdir={Nothing}", $"--certsdir={Nothing}", $"--pidfile={System.IO.Path.Combine(Path, "pid")}"];

    private string Configuration => System.IO.Path.Combine(Path, "i2pd.conf");

    private string Tunnels => System.IO.Path.Combine(Path, "tunnels.conf");

    private string Nothing => System.IO.Path.Combine(Path, "nothing");

    /// <summary>Makes the folder and writes the configuration, after the guard has seen it.</summary>
    public void Prepare(IReadOnlyCollection<string> lines)
    {
        I2pdConfGuard.Check(lines);
        PrivateFiles.CreateFolder(Nothing);
        PrivateFiles.Write(Tunnels, "");
        PrivateFiles.Write(Configuration, string.Join('\n', lines) + "\n");
    }
}
