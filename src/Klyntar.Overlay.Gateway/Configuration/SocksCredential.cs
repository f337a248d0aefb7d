using System.ComponentModel;

namespace Klyntar.Overlay.Gateway;

/// <summary>A user name and password that a door asks for. The password is in a file of its own, never in the configuration.</summary>
public sealed record SocksCredential
{
    /// <summary>The user name, 1 to 255 bytes of UTF-8.</summary>
    [Description("The user name, 1 to 255 bytes.")]
    public required string User { get; init; }

    /// <summary>A file that holds the password on its first line, readable by the gateway's user alone.</summary>
    [Description("A file whose first line is the password (1 to 255 bytes), owned by the gateway's user and with mode 0600. A relative path starts at this file.")]
    public required string PasswordFile { get; init; }
}
