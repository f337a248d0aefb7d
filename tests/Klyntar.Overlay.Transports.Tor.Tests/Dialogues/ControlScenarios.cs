namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What is recorded: everything that this transport says to a control port, and how tor refuses.</summary>
internal static partial class ControlScenarios
{
    private const string Cookie = "CookieAuthentication 1";
    private const string Password = $"HashedControlPassword {ControlStage.HashedPassword}";

    public static IReadOnlyList<ControlScenario> All { get; } =
    [
        new("authenticate-safecookie", "SAFECOOKIE: each side proves that it can read the cookie.", [Cookie], AuthenticateAsync),
        new("authenticate-cookie", "The cookie itself, as it goes to a Unix socket of our own user that knows no SAFECOOKIE.", [Cookie], AuthenticateByCookieAsync),
        new("authenticate-password", "A password, in quotes.", [Password], stage => AuthenticateAsync(stage, new ControlCredentials { Password = ControlStage.Password })),
        new("authenticate-null", "A control port without a secret, on a Unix socket of our own user.", [], stage => AuthenticateAsync(stage, new ControlCredentials())),
        new("wrong-password", "A wrong password: tor ends the connection.", [Password], RefusedPasswordAsync),
        new("wrong-cookie", "A wrong cookie: tor ends the connection.", [Cookie], RefusedCookieAsync),
        new("protocolinfo-twice", "PROTOCOLINFO is answered once before authentication.", [Cookie], stage => EndedByAsync(stage, ControlCommand.ProtocolInfo())),
        new("unauthenticated", "Any other command before authentication ends the connection.", [Cookie], stage => EndedByAsync(stage, ControlCommand.GetInfo("version"))),
        new("owned-session", "How a session with a tor of our own begins.", [Cookie], OwnedSessionAsync),
        new("external-session", "A service on a tor that somebody else runs, from the first word to the last.", [Cookie], ExternalSessionAsync),
        new("publish", "A service on two ports, published and withdrawn.", [Cookie], stage => PublishAsync(stage, Define(null))),
        new("publish-options", "A service with clients, proof of work and limits.", [Cookie], PublishWithOptionsAsync),
        new("publish-by-setconf", "A service that tells its visitors apart, beside one of the operator's own; tor forgets its client keys each time.", [Cookie, "HiddenServiceDir own", "HiddenServicePort 80 unix:\"/a b\""], PublishBySetConfAsync),
        new("refused-onions", "What ADD_ONION and DEL_ONION refuse.", [Cookie], RefusedOnionsAsync),
        new("client-keys", "Client keys given twice, as after a reconnection.", [Cookie], GiveClientKeysAsync),
        new("client-keys-by-hand", "ONION_CLIENT_AUTH_ADD, VIEW and REMOVE.", [Cookie], ClientKeysByHandAsync),
        new("questions", "SETEVENTS, GETINFO with a data block, GETCONF, SETCONF, and how they refuse.", [Cookie], QuestionsAsync),
        new("events", "Events of several lines, beside the replies.", [Cookie], EventsAsync),
        new("shutdown", "Tor is told to end by this connection, which it owns.", [Cookie], ShutdownAsync),
        new("shutdown-from-outside", "Tor ends by a signal of somebody else.", [Cookie], ShutdownFromOutsideAsync),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task AuthenticateAsync(ControlStage stage) => AuthenticateAsync(stage, new ControlCredentials { CookieFile = stage.Folders.Cookie });

    private static async Task AuthenticateAsync(ControlStage stage, ControlCredentials credentials)
    {
        await using TorControlConnection control = await stage.ConnectAsync();
        ProtocolInfo info = await ControlAuthenticator.AuthenticateAsync(control, credentials, Ct);
        info.Version.Should().StartWith("0.");
        control.IsPeerVerified.Should().BeTrue();
    }

    private static async Task AuthenticateByCookieAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.ConnectAsync();
        await control.ExecuteAsync(ControlCommand.ProtocolInfo(), Ct);
        await control.ExecuteAsync(ControlCommand.Authenticate(CookieFile.Read(stage.Folders.Cookie)), Ct);
    }

    private static async Task RefusedPasswordAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.ConnectAsync();
        Task<ProtocolInfo> authentication = ControlAuthenticator.AuthenticateAsync(control, new ControlCredentials { Password = ControlStage.WrongPassword }, Ct);
        await ExpectAsync(authentication, "does not accept the password");
        await EndedByTorAsync(control);
    }

    private static async Task RefusedCookieAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.ConnectAsync();
        await control.ExecuteAsync(ControlCommand.ProtocolInfo(), Ct);
        (await control.SendAsync(ControlCommand.Authenticate(new byte[SafeCookie.Length]), Ct)).Status.Should().Be(515);
        await EndedByTorAsync(control);
    }

    private static async Task EndedByAsync(ControlStage stage, ControlCommand command)
    {
        await using TorControlConnection control = await stage.ConnectAsync();
        await control.ExecuteAsync(ControlCommand.ProtocolInfo(), Ct);
        (await control.SendAsync(command, Ct)).Status.Should().Be(514);
        await EndedByTorAsync(control);
    }

    private static async Task OwnedSessionAsync(ControlStage stage)
    {
        await using TorSession session = await OwnedSession.OpenAsync(stage.Folders, ["DisableNetwork 1"], Connections.SocketEngine.Portable, stage.Clock, stage.Logger, Ct);
        session.Phase.Should().Be(new BootstrapPhase(0, "Starting", null));
        session.Control.IsPeerVerified.Should().BeTrue();
    }

    private static async Task ShutdownAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.OpenAsync();
        await control.ExecuteAsync(ControlCommand.TakeOwnership(), Ct);
        await control.ExecuteAsync(ControlCommand.Signal("SHUTDOWN"), Ct);
        await EndedByTorAsync(control);
    }

    private static async Task ShutdownFromOutsideAsync(ControlStage stage)
    {
        await using TorControlConnection control = await stage.OpenAsync();
        await control.ExecuteAsync(ControlCommand.SetEvents(StatusEvent.ClientEventName, "SIGNAL"), Ct);
        await stage.EndTorAsync();
        await EndedByTorAsync(control);
    }

    // Between two messages, as tor does it; an end within one is told as such.
    private static async Task EndedByTorAsync(TorControlConnection control)
    {
        ControlException end = await control.Ended;
        if (end.Violation is not null)
        {
            throw end;
        }

        end.Message.Should().Be("The control port ended the connection.");
    }

    // Whatever else it is goes on to whoever plays the scenario.
    private static async Task ExpectAsync(Task task, string said)
    {
        try
        {
            await task;
        }
        catch (ControlException e) when (e.Message.Contains(said, StringComparison.Ordinal))
        {
            return;
        }

        Assert.Fail($"\"{said}\" was expected, and nothing was said.");
    }
}
