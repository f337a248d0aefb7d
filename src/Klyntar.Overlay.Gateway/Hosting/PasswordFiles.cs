using System.Text;
using Klyntar.Overlay.Socks;

namespace Klyntar.Overlay.Gateway;

/// <summary>Reads the passwords that doors ask for from their files.</summary>
internal static class PasswordFiles
{
    private const int MaxFile = 4096;

    private const UnixFileMode OfOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Reads all of a door's passwords.</summary>
    /// <returns>Null where the door asks for none.</returns>
    /// <exception cref="OverlayException">A file cannot be read, is open to others, or holds no password.</exception>
    public static SocksCredentials? Read(IReadOnlyList<SocksCredential> credentials) => credentials.Count == 0
        ? null
        : new SocksCredentials([.. credentials.Select(c => ((ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(c.User), (ReadOnlyMemory<byte>)Read(c)))]);

    private static byte[] Read(SocksCredential credential)
    {
        string path = credential.PasswordFile;
        byte[] text;
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & OfOthers) != 0)
            {
                throw new OverlayException($"Others may read or write the password file {path}. Make it yours alone: chmod 600 '{path}'.");
            }

            text = new byte[MaxFile];
            text = text[..file.ReadAtLeast(text, MaxFile, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"The password file {path} of the user {credential.User} cannot be read: {e.Message} Create it with the password on its first line and mode 0600.", e);
        }

        int end = text.AsSpan().IndexOfAny((byte)'\r', (byte)'\n');
        byte[] password = end < 0 ? text : text[..end];
        return password.Length is > 0 and <= SocksCredentials.MaxLength
            ? password
            : throw new OverlayException($"The first line of the password file {path} has {password.Length} bytes. Write a password of 1 to {SocksCredentials.MaxLength} bytes there.");
    }
}
