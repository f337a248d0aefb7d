namespace Klyntar.Overlay.Transports.I2P;

/// <summary>What a SAM bridge asks for where its operator has set a password. It never prints it.</summary>
/// <param name="user">The user name.</param>
/// <param name="password">The password.</param>
internal sealed class SamCredentials(string user, string password)
{
    /// <summary>The user name.</summary>
    public string User => user;

    /// <summary>The password.</summary>
    public string Password => password;

    /// <summary>Whether a text can be said in a line.</summary>
    public static bool IsSayable(string text) => text.Length is > 0 and <= 256 && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
