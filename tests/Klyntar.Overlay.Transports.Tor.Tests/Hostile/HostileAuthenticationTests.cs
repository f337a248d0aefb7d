using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>A control port that is not tor's, or wants to learn a secret.</summary>
public sealed class HostileAuthenticationTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ScriptedPeer _tor = ScriptedPeer.OnTcp();
    private readonly byte[] _cookie = RandomNumberGenerator.GetBytes(SafeCookie.Length);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _tor.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("250 OK")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH={hash} SERVERNONCE={nonce}")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH={proof} SERVERNONCE={nonce}00")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH={proof} SERVERNONCE=")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH={proof}")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH= SERVERNONCE={nonce}")]
    [InlineData("250 AUTHCHALLENGE SERVERHASH=\"{proof} SERVERNONCE={nonce}")]
    [InlineData("550 AUTHCHALLENGE SERVERHASH={proof} SERVERNONCE={nonce}")]
    [InlineData("250 SERVERHASH={proof} SERVERNONCE={nonce}")]
    [InlineData("510 Unrecognized command")]
    [InlineData("513 Need SAFECOOKIE")]
    [InlineData("514 Authentication required.")]
    public async Task A_challenge_that_is_not_met_ends_it_and_nothing_weaker_is_tried(string challenge)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        var credentials = new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie), Password = "word", IsForeign = true, IsVouchedFor = true };
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, credentials, Ct);
        await _tor.AnswerAsync(Protocol("NULL,COOKIE,SAFECOOKIE,HASHEDPASSWORD"));
        byte[] clientNonce = Convert.FromHexString((await _tor.ReadLineAsync())!.Split(' ')[2]);
        byte[] nonce = RandomNumberGenerator.GetBytes(SafeCookie.Length);
        await _tor.SendAsync(challenge
            .Replace("{hash}", Convert.ToHexString(RandomNumberGenerator.GetBytes(SafeCookie.Length)), StringComparison.Ordinal)
            .Replace("{proof}", Convert.ToHexString(SafeCookie.ServerHash(_cookie, clientNonce, nonce)), StringComparison.Ordinal)
            .Replace("{nonce}", Convert.ToHexString(nonce), StringComparison.Ordinal) + "\r\n");
        (await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>()).Which.Message.Should().EndWith(".");
        control.IsPeerVerified.Should().BeFalse();
        await control.DisposeAsync();
        (await _tor.ReadLineAsync()).Should().BeNull("neither a proof, the cookie nor the password is sent");
    }

    [Theory]
    [InlineData("cookie", "whole path")]
    [InlineData("../../etc/passwd", "whole path")]
    [InlineData("{folder}/link", "symbolic link")]
    [InlineData("{folder}", "not a regular file")]
    [InlineData("/dev/zero", "not a regular file")]
    [InlineData("/proc/self/mem", "cannot be read")]
    [InlineData("{folder}/huge", "more than 32 bytes")]
    [InlineData("{folder}/short", "31 bytes")]
    [InlineData("{folder}/long", "more than 32 bytes")]
    [InlineData("{folder}/none", "missing")]
    [InlineData("{folder}/a\\nb", "no path of tor's")]
    [InlineData("{folder}/a\\0b", "no path of tor's")]
    [InlineData("{folder}/a\\033[2Jb", "no path of tor's")]
    [InlineData("{folder}/a\\342\\200\\256b", "no path of tor's")]
    [InlineData("{folder}/a\\342\\200\\250b", "no path of tor's")]
    [InlineData("{folder}/{long}", "no path of tor's")]
    [InlineData("{deep}", "no path of tor's")]
    [InlineData("", "whole path")]
    public async Task A_path_that_is_no_cookies_is_told_and_nothing_of_it_is_sent(string path, string said)
    {
        _folder.Write("short", _cookie[..31]);
        _folder.Write("long", [.. _cookie, 0]);
        File.CreateSymbolicLink(_folder["link"], _folder.Write("real", _cookie));
        using (FileStream huge = File.Create(_folder["huge"]))
        {
            huge.SetLength(1L << 40);
        }

        File.SetUnixFileMode(_folder["huge"], UnixFileMode.UserRead);
        path = path.Replace("{folder}", _folder.Path, StringComparison.Ordinal).Replace("{long}", new string('d', 256), StringComparison.Ordinal).Replace("{deep}", string.Concat(Enumerable.Repeat("/d", 30_000)), StringComparison.Ordinal);
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { IsForeign = true, IsVouchedFor = true }, Ct);
        await _tor.AnswerAsync(Protocol("COOKIE,SAFECOOKIE,NULL", path));
        string message = (await authentication.Invoking(a => a).Should().ThrowAsync<OverlayException>()).Which.Message;
        message.Should().Contain(said);
        message.Should().NotContainAny("\n", "\0", "\u001b", "\u202e", "\u2028");
        control.IsPeerVerified.Should().BeFalse();
        await control.DisposeAsync();
        (await _tor.ReadLineAsync()).Should().BeNull();
    }

    [Theory]
    [InlineData("250-AUTH METHODS=SAFECOOKIE COOKIEFILE=\"/a\"\r\n250-AUTH METHODS=NULL\r\n")]
    [InlineData("250-AUTH METHODS=NULL\r\n")]
    [InlineData("250-AUTH METHODS=COOKIE COOKIEFILE=\"/a\"\r\n")]
    [InlineData("250-AUTH METHODS=HASHEDPASSWORD\r\n")]
    [InlineData("250-AUTH METHODS=safecookie,Null\r\n")]
    [InlineData("250-AUTH METHODS=\r\n")]
    public async Task Whoever_offers_less_than_a_proof_gets_nothing(string methods)
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        var credentials = new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie), Password = "word", IsForeign = true };
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, credentials, Ct);
        await _tor.AnswerAsync($"250-PROTOCOLINFO 1\r\n{methods}250-VERSION Tor=\"0.4.9.11\"\r\n250 OK\r\n");
        await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>();
        await control.DisposeAsync();
        (await _tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task Methods_with_unseemly_names_are_told_in_a_seemly_way()
    {
        await using TorControlConnection control = await _tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { IsForeign = true }, Ct);
        await _tor.AnswerAsync($"250-PROTOCOLINFO 1\r\n250-AUTH METHODS=\u001b[2J,a\0b,\u009bc,{string.Join(',', Enumerable.Range(0, 9_000))}\r\n250 OK\r\n");
        string message = (await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>()).Which.Message;
        message.Should().NotContainAny("\u001b", "\0", "\u009b");
        message.Length.Should().BeLessThan(1_000);
    }

    private static string Protocol(string methods, string cookieFile = "/a") =>
        $"250-PROTOCOLINFO 1\r\n250-AUTH METHODS={methods} COOKIEFILE=\"{cookieFile}\"\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK\r\n";
}
