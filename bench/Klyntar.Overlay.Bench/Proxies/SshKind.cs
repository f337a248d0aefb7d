namespace Klyntar.Overlay.Bench;

/// <summary><c>ssh -D</c>, whose far end is an sshd on this machine. It encrypts, and carries all connections in one.</summary>
internal sealed record SshKind(PeerPackage Package) : ProxyKind("ssh")
{
    private const string User = "nobody";

    public override int MostIdle => 1_000;

    public override ProxyCommand Command(ProxyPlace place) => Package.Command(
        "usr/bin/ssh",
        "-F", "none", "-N", "-D", $"{place.Listen}", "-p", $"{place.FarEnd.Port}", "-i", Path.Combine(place.Folder, "user"),
        "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "GlobalKnownHostsFile=/dev/null", "-o", "ExitOnForwardFailure=yes", $"{User}@{place.FarEnd.Address}");

    // Both keys are made here and last as long as the folder. Where the server is not root it needs no user of its own in
    // /etc/passwd, so it is somebody else in a user namespace.
    public override ProxyCommand FarEnd(ProxyPlace place)
    {
        string configuration = place.Write("sshd.conf", $"""
            ListenAddress {place.FarEnd}
            HostKey {Path.Combine(place.Folder, "host")}
            AuthorizedKeysFile {Path.Combine(place.Folder, "user.pub")}
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            AllowTcpForwarding local
            UseDNS no

            """);
        return Package.Command("usr/bin/ssh-keygen") with
        {
            Program = "/bin/sh",
            Arguments =
            [
                "-c",
                """
                set -e
                for key in host user; do "$1" -q -t ed25519 -N '' -f "$key"; done
                exec unshare --user --map-user="$(id -u "$4")" --map-group="$(id -g "$4")" "$2" -D -e -f "$3"
                """,
                "sh", Package.PathOf("usr/bin/ssh-keygen"), Package.PathOf("usr/sbin/sshd"), configuration, User,
            ],
        };
    }
}
