namespace Klyntar.Overlay.Transports.Tor.Tests;

/// <summary>What a real tor said once, played to the client: whole, piecemeal, and broken off anywhere.</summary>
public sealed class DialogueTests
{
    private const string Record = "RECORD_CONTROL";
    private const int Patience = 60_000;

    public static TheoryData<string> Names => [.. ControlScenarios.All.Select(s => s.Name)];

    /// <summary>All but what is played by hand: that minds no time.</summary>
    public static TheoryData<string> NamesOfTheTransport => [.. ControlScenarios.All.Select(s => s.Name).Where(n => !n.EndsWith("-by-hand", StringComparison.Ordinal))];

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Names))]
    public async Task A_real_tor_still_says_what_it_was_recorded_to_say(string name)
    {
        Dialogue now = await ControlStage.RecordAsync(Scenario(name), TestContext.Current.CancellationToken);
        if (Environment.GetEnvironmentVariable(Record) == "1")
        {
            now.Save();
        }

        string why = $"the recording is compared with tor's own words; if the change is meant, run this test with {Record}=1 and commit {Path.GetFileName(Dialogue.PathOf(name))}";
        Dialogue recorded = Dialogue.Load(name);
        DialogueShape.Lines(now).Should().Equal(DialogueShape.Lines(recorded), why);
        DialogueShape.Events(now).Should().Equal(DialogueShape.Events(recorded), why);
    }

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Names))]
    public async Task It_is_understood_as_it_was(string name) =>
        (await ControlStage.ReplayAsync(Scenario(name), Dialogue.Load(name), new ReplayOptions(), TestContext.Current.CancellationToken)).Should().BeNull();

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Names))]
    public async Task It_is_understood_a_byte_at_a_time(string name) =>
        (await ControlStage.ReplayAsync(Scenario(name), Dialogue.Load(name), new ReplayOptions { PieceLength = 1 }, TestContext.Current.CancellationToken)).Should().BeNull();

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Names))]
    public async Task Broken_off_after_any_byte_it_ends_with_a_sentence(string name)
    {
        ControlScenario scenario = Scenario(name);
        var dialogue = Dialogue.Load(name);
        int length = 0;
        while (await ControlStage.ReplayAsync(scenario, dialogue, new ReplayOptions { BreaksOffAfter = length }, TestContext.Current.CancellationToken) is { } end)
        {
            end.Message.Should().EndWith(".").And.NotContainAny("Exception", "\r", "\n");
            length++;
        }

        length.Should().BeGreaterThan("250 OK\r\n".Length);
    }

    [Theory(Timeout = Patience)]
    [MemberData(nameof(NamesOfTheTransport))]
    public async Task Silent_in_the_midst_of_any_reply_tor_is_given_up_after_the_time_for_one_answer(string name)
    {
        var dialogue = Dialogue.Load(name);
        foreach (DialogueStep step in dialogue.Steps.Where(s => s is { IsTor: true, IsEvent: false, Text: not null }))
        {
            OverlayException? end = await ControlStage.ReplayAsync(Scenario(name), dialogue, new ReplayOptions { SilentFrom = step.Number }, TestContext.Current.CancellationToken);
            end!.Message.Should().Contain("did not answer ").And.Contain("within 30 s");
        }
    }

    [Fact]
    public void Every_recording_is_of_a_scenario_and_holds_no_secret()
    {
        Dialogue.Names().Should().BeEquivalentTo(ControlScenarios.All.Select(s => s.Name));
        foreach (string name in Dialogue.Names())
        {
            File.ReadAllText(Dialogue.PathOf(name)).Should().NotMatchRegex("[A-Za-z0-9+/]{32}").And.NotContain("sesame").And.NotContain(Path.GetTempPath());
        }
    }

    private static ControlScenario Scenario(string name) => ControlScenarios.All.Single(s => s.Name == name);
}
