using Klyntar.Overlay.Keys;
using Microsoft.Extensions.Logging;

namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What options make of ADD_ONION.</summary>
public sealed partial class TorPublisherTests
{
    [Fact]
    public async Task Options_reach_tor()
    {
        await _publisher.PublishAsync(Define(80) with { Options = new TorServiceOptions { MaxStreams = 7, MaxStreamsCloseCircuit = true } });
        await using Session session = await SessionAsync();
        (await _tor.ReadLineAsync()).Should().Contain(" Flags=DiscardPK,MaxStreamsCloseCircuit MaxStreams=7 Port=80,unix:");
    }

    [Fact]
    public async Task Only_the_clients_that_are_named_are_admitted()
    {
        string[] keys = [.. Enumerable.Range(0, 2).Select(_ => Base32.Encode(X25519Key.Create().PublicKey))];
        var options = new TorServiceOptions { Clients = new Dictionary<string, string> { ["alice"] = $"descriptor:x25519:{keys[0]}", ["bob"] = keys[1] }, MaxStreams = 7 };
        IPublishedService service = (await _publisher.PublishAsync(Define(80) with { Options = options })).Service!;
        service.Notes.Should().Equal("visitors need a client key, which 2 clients have");
        await using Session session = await SessionAsync();
        (await _tor.ReadLineAsync()).Should().Contain(
            $" Flags=DiscardPK,V3Auth MaxStreams=7 ClientAuthV3={keys[0].ToUpperInvariant()} ClientAuthV3={keys[1].ToUpperInvariant()} Port=80,unix:");
    }

    [Fact]
    public async Task Clients_that_cannot_be_admitted_are_refused_before_tor_is_asked()
    {
        var options = new TorServiceOptions { Clients = new Dictionary<string, string> { ["alice"] = "?" } };
        PublishResult result = await _publisher.PublishAsync(Define(80) with { Options = options });
        result.Error!.Kind.Should().Be(PublishErrorKind.InvalidOptions);
        result.Error.Message.Should().Contain("service80").And.Contain("\"alice\"");
        (await _publisher.PublishAsync(Define(80) with { Options = new TorServiceOptions { MaxStreams = -1 } })).Error!.Kind.Should().Be(PublishErrorKind.InvalidOptions);
    }

    [Fact]
    public async Task Proof_of_work_is_asked_for()
    {
        var options = new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueRate = 10, ProofOfWorkQueueBurst = 20 };
        IPublishedService service = (await _publisher.PublishAsync(Define(80) with { Options = options })).Service!;
        await using Session session = await SessionAsync();
        (await _tor.AnswerAsync($"250-ServiceID={ServiceId(service)}\r\n250 OK\r\n")).Should().Contain(" Flags=DiscardPK PoWDefensesEnabled=1 PoWQueueRate=10 PoWQueueBurst=20 Port=80,");
        await UntilAsync(service, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
        service.Notes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_tor_without_proof_of_work_publishes_without_and_that_is_said_once()
    {
        const string Unknown = "512 Bad arguments to ADD_ONION: Unrecognized keyword argument \"PoWDefensesEnabled\"\r\n";
        var options = new TorServiceOptions { ProofOfWork = true };
        IPublishedService first = (await _publisher.PublishAsync(Define(80) with { Options = options })).Service!;
        for (int run = 0; run < 2; run++)
        {
            await using Session session = await SessionAsync();
            (await _tor.AnswerAsync(Unknown)).Should().Contain(" PoWDefensesEnabled=1 Port=80,", "each new tor may be another one");
            (await _tor.AnswerAsync($"250-ServiceID={ServiceId(first)}\r\n250 OK\r\n")).Should().Contain(" Flags=DiscardPK Port=80,");
            await UntilAsync(first, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
            first.Notes.Should().Equal("published without proof of work, which this tor does not have");
            _publisher.OnInterrupted("tor ended");
        }

        _log.Lines.Where(l => l.Level == LogLevel.Warning).Should().ContainSingle().Which.Message.Should().Contain("without proof of work").And.Contain("0.4.9");
    }

    [Fact]
    public async Task A_tor_that_is_known_to_lack_proof_of_work_is_not_asked_again()
    {
        var options = new TorServiceOptions { ProofOfWork = true };
        IPublishedService[] services = [(await _publisher.PublishAsync(Define(80) with { Options = options })).Service!, (await _publisher.PublishAsync(Define(81) with { Options = options })).Service!];
        await using Session session = await SessionAsync();
        string asked = (await _tor.AnswerAsync("512 Unrecognized keyword argument\r\n"))!;
        await _tor.AnswerAsync($"250-ServiceID={Asked(asked)}\r\n250 OK\r\n");
        asked = (await _tor.ReadLineAsync())!;
        asked.Should().NotContain("PoW");
        await _tor.SendAsync($"250-ServiceID={Asked(asked)}\r\n250 OK\r\n");
        foreach (IPublishedService service in services)
        {
            await UntilAsync(service, s => s is ServiceStatus.Publishing { What: "waiting for the descriptor's upload" });
            service.Notes.Should().ContainSingle();
        }

        string Asked(string line) => ServiceId(services.Single(s => line.Contains(Key(s), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refusal_that_is_not_about_proof_of_work_is_told_as_it_is()
    {
        IPublishedService service = (await _publisher.PublishAsync(Define(80) with { Options = new TorServiceOptions { ProofOfWork = true } })).Service!;
        await using Session session = await SessionAsync();
        await _tor.AnswerAsync("512 Unrecognized keyword argument\r\n");
        await _tor.AnswerAsync("512 Invalid VIRTPORT/TARGET\r\n");
        await UntilAsync(service, s => s is ServiceStatus.Failed { Why: var why } && why.Contains("Invalid VIRTPORT/TARGET", StringComparison.Ordinal));
    }
}
