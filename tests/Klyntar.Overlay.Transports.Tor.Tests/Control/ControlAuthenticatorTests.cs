using System.Security.Cryptography;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class ControlAuthenticatorTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly byte[] _cookie = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(32);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SAFECOOKIE_is_preferred_and_proves_both_sides_without_showing_the_cookie(bool isUnix)
    {
        await using ScriptedPeer tor = isUnix ? ScriptedPeer.OnUnixSocket() : ScriptedPeer.OnTcp();
        await using TorControlConnection control = await tor.ControlAsync();
        string path = _folder.Write("cookie", _cookie);
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials(), Ct);
        (await tor.AnswerAsync(Protocol("COOKIE,SAFECOOKIE,HASHEDPASSWORD", path))).Should().Be("PROTOCOLINFO 1");
        string challenge = (await tor.ReadLineAsync())!;
        challenge.Should().MatchRegex("^AUTHCHALLENGE SAFECOOKIE [0-9A-F]{64}$");
        byte[] clientNonce = Convert.FromHexString(challenge.Split(' ')[2]);
        await tor.SendAsync($"250 AUTHCHALLENGE SERVERHASH={Convert.ToHexString(SafeCookie.ServerHash(_cookie, clientNonce, _nonce))} SERVERNONCE={Convert.ToHexString(_nonce)}\r\n");
        string proof = (await tor.AnswerAsync("250 OK\r\n"))!;
        proof.Should().Be($"AUTHENTICATE {Convert.ToHexString(SafeCookie.ClientHash(_cookie, clientNonce, _nonce))}");
        (await authentication).Version.Should().Be("0.4.9.11");
        control.IsPeerVerified.Should().BeTrue();
    }

    [Fact]
    public async Task A_wrong_SERVERHASH_is_a_squatter_and_gets_nothing_more()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnTcp();
        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie) }, Ct);
        await tor.AnswerAsync(Protocol("COOKIE,SAFECOOKIE", "/elsewhere"));
        await tor.AnswerAsync($"250 AUTHCHALLENGE SERVERHASH={new string('0', 64)} SERVERNONCE={new string('1', 64)}\r\n");
        (await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>()).Which.Message.Should().Contain("does not know the cookie");
        control.IsPeerVerified.Should().BeFalse();
        await control.DisposeAsync();
        (await tor.ReadLineAsync()).Should().BeNull("neither proof nor cookie is sent");
    }

    [Theory]
    [InlineData("COOKIE")]
    [InlineData("NULL")]
    [InlineData("HASHEDPASSWORD")]
    [InlineData("")]
    public async Task Over_TCP_a_control_port_that_cannot_prove_itself_gets_no_cookie(string methods)
    {
        await using ScriptedPeer tor = ScriptedPeer.OnTcp();
        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie) }, Ct);
        await tor.AnswerAsync(Protocol(methods, "/elsewhere"));
        await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>();
        await control.DisposeAsync();
        (await tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_password_goes_over_TCP_only_where_the_operator_vouches_for_the_other_side()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnTcp();
        await using (TorControlConnection unknown = await tor.ControlAsync())
        {
            Task<ProtocolInfo> refused = ControlAuthenticator.AuthenticateAsync(unknown, new ControlCredentials { Password = "pass word", IsForeign = true }, Ct);
            await tor.AnswerAsync("250-PROTOCOLINFO 1\r\n250-AUTH METHODS=HASHEDPASSWORD\r\n250 OK\r\n");
            await refused.Invoking(r => r).Should().ThrowAsync<ControlException>().WithMessage("*trustControl*");
            unknown.IsPeerVerified.Should().BeFalse("a squatter takes any password");
            await unknown.DisposeAsync();
            (await tor.ReadLineAsync()).Should().BeNull();
        }

        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { Password = "pass word", IsVouchedFor = true }, Ct);
        await tor.AnswerAsync("250-PROTOCOLINFO 1\r\n250-AUTH METHODS=HASHEDPASSWORD\r\n250 OK\r\n");
        (await tor.AnswerAsync("250 OK\r\n")).Should().Be("AUTHENTICATE \"pass word\"");
        await authentication;
        control.IsPeerVerified.Should().BeTrue();
    }

    [Fact]
    public async Task A_plain_cookie_never_goes_over_TCP_whoever_vouches_for_it()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnTcp();
        await using TorControlConnection control = await tor.ControlAsync();
        var credentials = new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie), IsForeign = true, IsVouchedFor = true };
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, credentials, Ct);
        await tor.AnswerAsync(Protocol("COOKIE", "/elsewhere"));
        await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>();
        await control.DisposeAsync();
        (await tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_cookie_that_cannot_be_read_gives_way_to_a_password_and_a_path_on_another_machine_means_nothing()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnTcp();
        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { Password = "word", IsForeign = true, IsVouchedFor = true }, Ct);
        await tor.AnswerAsync(Protocol("COOKIE,SAFECOOKIE,HASHEDPASSWORD", _folder["none"]));
        (await tor.AnswerAsync("250 OK\r\n")).Should().Be("AUTHENTICATE \"word\"");
        await authentication;

        await using TorControlConnection remote = await tor.ControlAsync();
        Task<ProtocolInfo> elsewhere = ControlAuthenticator.AuthenticateAsync(remote, new ControlCredentials { IsForeign = true, IsElsewhere = true }, Ct);
        await tor.AnswerAsync(Protocol("COOKIE,SAFECOOKIE", _folder.Write("ours", _cookie)));
        await elsewhere.Invoking(a => a).Should().ThrowAsync<ControlException>().WithMessage("*transports.tor.cookieFile*");
    }

    [Fact]
    public async Task Over_a_Unix_socket_of_our_own_user_the_plain_cookie_will_do()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie) }, Ct);
        await tor.AnswerAsync(Protocol("COOKIE", "/elsewhere"));
        (await tor.AnswerAsync("250 OK\r\n")).Should().Be($"AUTHENTICATE {Convert.ToHexString(_cookie)}");
        await authentication;
        control.IsPeerVerified.Should().BeTrue();
    }

    [Fact]
    public async Task A_Unix_socket_of_another_user_is_refused_before_a_word_is_said()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync();
        var credentials = new ControlCredentials { PeerUserIds = new HashSet<uint> { 123_456 } };
        await control.Invoking(c => ControlAuthenticator.AuthenticateAsync(c, credentials, Ct)).Should().ThrowAsync<ControlException>().WithMessage("*uid*");
        await control.DisposeAsync();
        (await tor.ReadLineAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_refusal_is_told_without_the_proof()
    {
        await using ScriptedPeer tor = ScriptedPeer.OnUnixSocket();
        await using TorControlConnection control = await tor.ControlAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { CookieFile = _folder.Write("cookie", _cookie) }, Ct);
        await tor.AnswerAsync(Protocol("COOKIE", "/elsewhere"));
        string? proof = await tor.AnswerAsync($"515 Authentication failed: {Convert.ToHexString(_cookie)}\r\n");
        proof.Should().NotBeNull();
        (await authentication.Invoking(a => a).Should().ThrowAsync<ControlException>()).Which.ToString().Should().NotContain(Convert.ToHexString(_cookie));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(0)]
    public void A_cookie_of_another_length_is_refused(int length)
    {
        string path = _folder.Write("cookie", new byte[length]);
        FluentActions.Invoking(() => CookieFile.Read(path)).Should().Throw<OverlayException>().WithMessage($"*{length} bytes*");
    }

    [Fact]
    public void A_cookie_behind_a_symbolic_link_is_refused()
    {
        File.CreateSymbolicLink(_folder["cookie"], _folder.Write("real", _cookie));
        FluentActions.Invoking(() => CookieFile.Read(_folder["cookie"])).Should().Throw<OverlayException>().WithMessage("*symbolic link*");
    }

    [Fact]
    public void A_cookie_that_others_can_read_is_refused()
    {
        string path = _folder.Write("cookie", _cookie);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        FluentActions.Invoking(() => CookieFile.Read(path)).Should().Throw<OverlayException>().WithMessage("*open to others*");
    }

    [Fact]
    public void A_missing_cookie_is_said_to_be_missing()
    {
        FluentActions.Invoking(() => CookieFile.Read(_folder["cookie"])).Should().Throw<OverlayException>().WithMessage("*missing*");
        FluentActions.Invoking(() => CookieFile.Read("/no/such/folder/cookie")).Should().Throw<OverlayException>().WithMessage("*missing*");
        Directory.Exists("/no/such").Should().BeFalse();
    }

    private static string Protocol(string methods, string cookieFile) =>
        $"250-PROTOCOLINFO 1\r\n250-AUTH METHODS={methods} COOKIEFILE=\"{cookieFile}\"\r\n250-VERSION Tor=\"0.4.9.11\"\r\n250 OK\r\n";
}
