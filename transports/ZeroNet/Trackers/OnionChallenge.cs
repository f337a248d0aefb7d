using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>The texts that announcers sign: <c>SECONDS.MAC</c>, so that none has to be remembered. The MAC is by a key of this process, over the time and the connection that the text was given on, where alone it is good.</summary>
/// <param name="clock">Tells the time.</param>
internal sealed class OnionChallenge(TimeProvider clock)
{
    /// <summary>How long a text is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(3);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>Gives a text.</summary>
    /// <param name="connection">What tells the connection from all others.</param>
    public string Give(ReadOnlySpan<byte> connection)
    {
        string seconds = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{seconds}.{Mac(seconds, connection)}";
    }

    /// <summary>Whether a text was given on this connection, in the last three minutes.</summary>
    public bool IsGood(string text, ReadOnlySpan<byte> connection)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        if (text.Length > OnionProof.MostLength || dot < 0 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out long given))
        {
            return false;
        }

        long age = clock.GetUtcNow().ToUnixTimeSeconds() - given;
        return age >= 0 && age <= (long)Lifetime.TotalSeconds
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text[(dot + 1)..]), Encoding.UTF8.GetBytes(Mac(text[..dot], connection)));
    }

    private string Mac(string seconds, ReadOnlySpan<byte> connection)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        mac.AppendData(Encoding.ASCII.GetBytes(seconds));
        mac.AppendData("."u8);
        mac.AppendData(connection);
        return Convert.ToHexStringLower(mac.GetHashAndReset());
    }
}
