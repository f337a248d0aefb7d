using Microsoft.AspNetCore.Connections;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>Proof that the contract can fail: each broken variant fails the tests of the promise it breaks, and no others.</summary>
public sealed class ContractMutationTests
{
    private const string AsAService = "Who_dials_as_a_service_is_that_service_under_every_isolation_key_where_declared";

    private static readonly InMemoryOptions Whole = new();

    private static readonly Dictionary<string, Mutation> Mutations = new Mutation[]
    {
        new("Parse throws on half a character", t => new ThrowsOnHalfACharacter(t), "Parse_answers_any_string_and_never_throws"),
        new("Parse forgets the port", t => new ForgetsThePort(t), "Parse_answers_any_string_and_never_throws"),
        new("Its names end in another's", t => new SaysThatItsNamesEndInAnother(t), "Own_addresses_end_as_the_suffixes_say"),
        new("A query makes another address", t => new MakesAPortOfAQuery(t), "A_query_is_refused_or_changes_nothing_of_who_is_meant"),
        new("Parse ignores the checksum", t => new IgnoresTheChecksum(t), "A_mistyped_address_is_never_taken_for_another"),
        new("Addresses have a checksum of one byte", t => new HasAWeakChecksum(t, 8), "A_mistyped_address_is_never_taken_for_another"),
        new("A swap at one place is overlooked", t => new OverlooksASwap(t), "A_mistyped_address_is_never_taken_for_another"),
        new("Parse knows lower case only", t => new KnowsLowerCaseOnly(t), "An_address_parses_to_itself_with_a_final_dot_and_in_any_case_where_case_means_nothing"),
        new("Parse claims localhost", t => new ClaimsLocalhost(t), "Names_of_others_are_not_claimed"),
        new("Import throws on an empty file", t => new WithIdentities(t, i => new ThrowsOnAnEmptyFile(i)), "Importing_garbage_gives_a_sentence_and_never_throws"),
        new("Export writes another key", t => new WithIdentities(t, i => new ExportsAnotherKey(i)),
            "Every_export_format_reads_back_as_the_same_key_and_address", "The_same_identity_gives_the_same_address_after_a_reinstall"),
        new("Export writes nothing for an unknown format", t => new WithIdentities(t, i => new ExportsNothingForAnUnknownFormat(i)),
            "Exporting_in_an_unknown_format_or_for_another_overlay_throws_ArgumentException"),
        new("Client keys are read as others", t => new ReadsClientKeysAsOthers(t), "Client_keys_are_read_back_and_anything_else_is_refused_in_a_sentence"),
        new("A dial that is given up throws", t => new ThrowsWhenADialIsGivenUp(t),
            "A_dial_that_waits_for_the_start_can_be_given_up", "A_dial_that_is_given_up_or_late_is_a_value"),
        new("A dial to nobody throws", t => new ThrowsWhenNobodyIsThere(t),
            "Dialling_an_address_that_nobody_published_fails_in_the_vocabulary", "A_dial_that_waits_for_the_start_is_served_once_the_transport_is_ready",
            "A_dial_that_is_given_up_or_late_is_a_value", "A_stopped_service_lets_nobody_in_and_keeps_who_is_in",
            "A_normal_run_logs_no_warning_and_never_an_address_or_a_secret", "Nothing_of_a_disposed_transport_is_left_behind"),
        new("A dial to nobody is called a bug", t => new CallsItABugWhenNobodyIsThere(t),
            "Dialling_an_address_that_nobody_published_fails_in_the_vocabulary", "A_dial_that_waits_for_the_start_is_served_once_the_transport_is_ready",
            "A_dial_that_is_given_up_or_late_is_a_value", "A_stopped_service_lets_nobody_in_and_keeps_who_is_in"),
        new("Errors tell the address", t => new TellsTheAddressInItsErrors(t),
            "Dialling_an_address_that_nobody_published_fails_in_the_vocabulary", "Dialling_a_port_that_is_not_published_fails"),
        new("A dial before the start does not wait", t => new DoesNotWaitForTheStart(t),
            "A_dial_that_waits_for_the_start_can_be_given_up", "A_dial_that_waits_for_the_start_is_served_once_the_transport_is_ready",
            "Disposing_ends_dials_and_accepts_under_way"),
        new("New circuits are promised and not taken", t => new RenewsNoCircuits(t), "New_circuits_are_for_dials_to_come_and_leave_open_connections_alone"),
        new("New circuits are promised before the start", t => new RenewsCircuitsBeforeTheStart(t), "New_circuits_before_the_start_and_after_the_end_are_answered"),
        new("A foreign end point is cast", t => new DialsEndPointsOfItsOwnOnly(t), "An_end_point_that_is_not_of_this_overlay_is_refused"),
        new("Warming fails aloud", t => new FailsAloudWhenWarming(t), "Warming_is_silent_whatever_it_is_given", "After_the_end_dials_and_publications_fail_as_values"),
        new("Half-close is declared and not carried", t => new Declares(t, c => c with { HalfClose = true }),
            "A_dialler_that_ends_its_direction_still_gets_the_answer_where_half_close_is_declared",
            "A_service_that_ends_its_direction_still_hears_its_visitor_where_half_close_is_declared")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { HalfClose = false } },
        },
        new("Reset is declared and not carried", t => new Declares(t, c => c with { Reset = true }), "An_abort_is_a_reset_for_the_other_side_where_declared_and_an_end_anyhow")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { Reset = false } },
        },
        new("Isolation is declared and not kept", t => new Declares(t, c => c with { Isolation = true }), "Different_isolation_keys_take_different_paths_where_declared")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { Isolation = false } },
        },
        new("A shared address is declared and there are several", t => new Declares(t, c => c with { SharedAddress = true }),
            "A_service_with_several_ports_tells_which_port_each_visitor_came_to", "Dialling_a_port_that_is_not_published_fails")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { SharedAddress = false } },
        },
        new("An address for each port is declared and there is one", t => new Declares(t, c => c with { SharedAddress = false }),
            "A_service_with_several_ports_tells_which_port_each_visitor_came_to"),
        new("Visitors' identities are declared and missing", t => new Declares(t, c => c with { VisitorIdentity = true }),
            "Visitors_are_told_apart_where_declared_and_nameless_elsewhere")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { VisitorIdentity = false, DialAs = false } },
        },
        new("Visitors' identities are told and not declared", t => new Declares(t, c => c with { VisitorIdentity = false }),
            "Visitors_are_told_apart_where_declared_and_nameless_elsewhere")
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { DialAs = false } },
        },
        new("Dialling as a service is declared and not done", t => new Declares(t, c => c with { DialAs = true }), AsAService)
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { DialAs = false } },
        },
        new("A service that is not published dials as a stranger", t => new DialsAsAStranger(t), AsAService),
        new("A service is another visitor for each isolation key", t => new DialsAsAnother(t), AsAService),
        new("Dialling as a service is declared where nobody is told who visits", t => new Declares(t, c => c with { DialAs = true }),
            "Name_and_capabilities_are_known_from_the_start_and_fit_together", AsAService)
        {
            Options = Whole with { Capabilities = Whole.Capabilities with { VisitorIdentity = false, DialAs = false } },
        },
        new("Publishing is carried and not declared", t => new Declares(t, c => c with { Publish = false }),
            "Name_and_capabilities_are_known_from_the_start_and_fit_together", "A_transport_that_declares_no_publishing_refuses_it"),
        new("Buffers have no bound", t => t, "A_dialler_is_held_up_while_the_service_does_not_read", "A_service_is_held_up_while_its_visitor_does_not_read")
        {
            Options = Whole with { Window = 1 << 30 },
            MayFail = ["Writing_to_a_side_that_aborted_ends"],
        },
        new("Ports are corrected in silence", t => new CorrectsPortsInSilence(t),
            "A_definition_that_cannot_be_published_is_refused_with_its_cause", "The_status_of_a_service_reaches_published_and_ends_with_stopped"),
        new("A publication that is given up throws", t => new ThrowsWhenAPublicationIsGivenUp(t), "A_definition_that_cannot_be_published_is_refused_with_its_cause"),
        new("One identity is published twice", t => new PublishesOneIdentityTwice(t), "A_definition_that_cannot_be_published_is_refused_with_its_cause"),
        new("An expelled visitor stays", t => new WithServices(t, s => new ExpelsNobody(s)), "An_expelled_visitor_loses_its_connections_and_nobody_else_does"),
        new("A visitor whom nobody knows is called expelled", t => new WithServices(t, s => new ExpelsWhomNobodyKnows(s)), "An_expelled_visitor_loses_its_connections_and_nobody_else_does"),
        new("Visitors come to the wrong port", t => new WithServices(t, s => new SaysTheFirstPortToAll(s)), "A_service_with_several_ports_tells_which_port_each_visitor_came_to"),
        new("End points are in the wrong order", t => new WithServices(t, s => new HasItsPortsTheOtherWayRound(s)), "A_service_with_several_ports_tells_which_port_each_visitor_came_to"),
        new("An accept that is given up is called the end", t => new WithServices(t, s => new CallsAGivenUpAcceptTheEnd(s)), "An_accept_can_be_given_up_and_called_again"),
        new("Writers are not told that nobody reads", t => new TellsNoWriter(t), "Writing_to_a_side_that_aborted_ends"),
        new("A start that is given up goes on", t => new StartsWhateverTheToken(t), "A_start_that_is_given_up_ends_in_OperationCanceledException_and_can_be_disposed"),
        new("The failure of a task is lost", t => new LosesTheFailureOfATask(t), "Nothing_of_a_disposed_transport_is_left_behind"),
        new("Addresses are logged", t => new LogsAddresses(t), "A_normal_run_logs_no_warning_and_never_an_address_or_a_secret"),
        new("A normal run warns", t => new LogsWarnings(t), "A_normal_run_logs_no_warning_and_never_an_address_or_a_secret"),
    }.ToDictionary(m => m.Name);

    // These hang, or break so much that only the tests of their own promise say anything.
    private static readonly Dictionary<string, Mutation> Hangs = new Mutation[]
    {
        new("Half-close is carried and not declared", t => new Declares(t, c => c with { HalfClose = false }),
            "A_dialler_that_ends_its_direction_ends_both_where_no_half_close_is_declared",
            "A_service_that_ends_its_direction_ends_both_where_no_half_close_is_declared"),
        new("Time is granted anew", t => new GrantsTimeAnew(t),
            "A_dial_before_the_start_waits_until_its_deadline_and_says_that_the_transport_is_not_ready", "A_dial_that_is_given_up_or_late_is_a_value"),
        new("The end is never said", t => new NeverSaysThatItHasStopped(t),
            "The_status_starts_with_the_present_reaches_ready_and_ends_with_stopped", "A_transport_that_was_never_started_can_be_disposed_twice"),
        new("A transport cannot be disposed twice", t => new CannotBeDisposedTwice(t),
            "A_transport_that_was_never_started_can_be_disposed_twice", "After_the_end_dials_and_publications_fail_as_values"),
        new("A table holds the transport", t => new IsHeldByATable(t), "Nothing_of_a_disposed_transport_is_left_behind"),
        new("There is one identity only", t => new WithIdentities(t, i => new HasOneIdentityOnly(i)), "Each_new_identity_has_an_address_of_its_own"),
        new("The name shouts", t => new HasAShoutingName(t), "Name_and_capabilities_are_known_from_the_start_and_fit_together"),
        new("A service ends with an exception", t => new WithServices(t, s => new ThrowsAtItsEnd(s)),
            "A_stopped_service_lets_nobody_in_and_keeps_who_is_in", "Disposing_a_service_ends_a_waiting_accept_with_null", "Disposing_ends_dials_and_accepts_under_way"),
        new("A service does not stop", t => new WithServices(t, s => new DoesNotStop(s)),
            "A_stopped_service_lets_nobody_in_and_keeps_who_is_in", "The_status_of_a_service_reaches_published_and_ends_with_stopped"),
        new("A helper's death is not told", t => new IsReadyWithoutItsHelper(t), "The_status_tells_that_a_helper_has_died"),
        new("A service is called published whatever happens", t => new WithServices(t, s => new IsAlwaysCalledPublished(s)), "The_status_tells_that_a_helper_has_died"),
        new("A program in the transport's folder is left behind", t => new LeavesAProgramBehind(t, inItsFolder: true), "No_helper_outlives_its_transport") { NeedsLinux = true },
        new("A program elsewhere is left behind", t => new LeavesAProgramBehind(t, inItsFolder: false), "No_helper_outlives_its_transport") { NeedsLinux = true },
        new("The helper never comes back", t => t,
            "A_service_comes_back_by_itself_when_its_helper_dies", "Dials_go_through_again_when_the_helper_has_died", "The_status_tells_that_a_helper_has_died")
        {
            DownFor = TimeSpan.FromHours(1),
        },
        new("Streams are cut", t => t, "A_long_stream_is_exact_in_both_directions_at_once", "Disposing_a_connection_delivers_what_was_flushed")
        {
            Faults = new InMemoryFaults { FromDialler = new StreamFault(StreamFaultKind.Truncate, 200_000) },
        },
        new("Streams break", t => t, "A_long_stream_is_exact_in_both_directions_at_once", "Disposing_a_connection_delivers_what_was_flushed")
        {
            Faults = new InMemoryFaults { ToDialler = new StreamFault(StreamFaultKind.Reset, 200_000) },
        },
        new("Streams stall", t => t, "A_long_stream_is_exact_in_both_directions_at_once", "Many_streams_at_once_keep_apart", "A_service_may_speak_first")
        {
            Faults = new InMemoryFaults { ToDialler = new StreamFault(StreamFaultKind.Stall, 10) },
        },
        new("Connections are half-open", t => t, "A_dial_reaches_the_service_and_bytes_go_both_ways", "A_service_may_speak_first") { Faults = new InMemoryFaults { HalfOpen = true } },
        new("Dials are never answered", t => t, "A_dial_reaches_the_service_and_bytes_go_both_ways") { Faults = new InMemoryFaults { NeverAnswers = true } },
        new("Dials are refused", t => t, "A_dial_reaches_the_service_and_bytes_go_both_ways") { Faults = new InMemoryFaults { Refusal = DialErrorKind.Refused } },
        new("Publications are never confirmed", t => t, "A_dial_reaches_the_service_and_bytes_go_both_ways", "The_status_of_a_service_reaches_published_and_ends_with_stopped")
        {
            Faults = new InMemoryFaults { StalledPublish = true },
        },
    }.ToDictionary(m => m.Name);

    public static TheoryData<string> Broken => [.. Mutations.Keys];

    public static TheoryData<string> Hanging => [.. Hangs.Values.Where(m => !m.NeedsLinux || OperatingSystem.IsLinux()).Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_variant_fails_the_tests_of_its_promise_and_no_others(string mutation)
    {
        Mutation broken = Mutations[mutation];
        ContractRun run = await ContractRun.RunAsync(() => new Variant(broken, TimeSpan.FromSeconds(60)));
        run.Failed.Keys.Except(broken.MayFail).Should().BeEquivalentTo(broken.Fails, "the failures are {0}", string.Join("\n", run.Failed));
    }

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task A_variant_that_hangs_or_breaks_everything_fails_the_tests_of_its_promise_in_bounded_time(string mutation)
    {
        Mutation broken = Hangs[mutation];
        ContractRun run = await ContractRun.RunAsync(() => new Variant(broken, TimeSpan.FromSeconds(1)), broken.Fails);
        run.Failed.Keys.Should().BeEquivalentTo(broken.Fails);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 0)]
    public async Task A_checksum_is_strong_enough_or_not_in_every_run(int bits, int failures)
    {
        Mutation weak = new("", t => new HasAWeakChecksum(t, bits));
        for (int run = 0; run < 40; run++)
        {
            (await ContractRun.RunAsync(() => new Variant(weak, TimeSpan.FromSeconds(60)), ["A_mistyped_address_is_never_taken_for_another"])).Failed.Should().HaveCount(failures);
        }
    }

    public static TheoryData<InMemoryFaults, string> Unreachable => new()
    {
        { new InMemoryFaults { Refusal = DialErrorKind.Unreachable }, "The last dial failed as Unreachable: " },
        { new InMemoryFaults { HalfOpen = true }, "must not take longer than 00:00:01. The last dial was connected, but its first bytes came to no visitor" },
    };

    [Theory]
    [MemberData(nameof(Unreachable))]
    public async Task A_service_that_cannot_be_reached_is_told_with_the_last_dial_and_its_status(InMemoryFaults faults, string why)
    {
        Mutation broken = new("", t => t) { Faults = faults };
        ContractRun run = await ContractRun.RunAsync(() => new Variant(broken, TimeSpan.FromSeconds(1)), ["A_long_stream_is_exact_in_both_directions_at_once"]);
        run.Failed.Values.Should().ContainSingle().Which.Should().Contain(why).And.Contain("The service's status is: published");
    }

    [Fact]
    public void Every_test_of_the_contract_is_failed_by_some_variant()
    {
        IEnumerable<string> proven = Mutations.Values.Concat(Hangs.Values).SelectMany(m => m.Fails);
        ContractRun.AllTests.Except(proven).Should().BeEmpty();
    }

    private sealed record Mutation(string Name, Func<InMemoryTransport, ITransport> Break, params string[] Fails)
    {
        public InMemoryOptions Options { get; init; } = Whole;

        public InMemoryFaults Faults { get; init; } = InMemoryFaults.None;

        /// <summary>What fails or not, as threads happen to run.</summary>
        public string[] MayFail { get; init; } = [];

        public TimeSpan DownFor { get; init; }

        /// <summary>Whether the test that it fails is skipped on other systems.</summary>
        public bool NeedsLinux { get; init; }
    }

    private sealed class Variant : TransportContract
    {
        private readonly Mutation _mutation;
        private readonly InMemoryOverlay _overlay;

        public Variant(Mutation mutation, TimeSpan patience)
        {
            _mutation = mutation;
            _overlay = new InMemoryOverlay(mutation.Options) { Faults = mutation.Faults };
            Limits = new ContractLimits
            {
                Patience = patience,
                Quiet = TimeSpan.FromMilliseconds(50),
                BytesOfLongStream = 1024 * 1024,
                MaxBytesInFlight = 4 * 1024 * 1024,
                RandomInputs = 100,
            };
        }

        protected override ContractLimits Limits { get; }

        protected override bool CanKillHelper => true;

        protected override ITransport CreateTransport() => _mutation.Break(_overlay.CreateTransport());

        // Without the test's output: a variant's log is of no interest.
        protected override TestTransportContext CreateContext() => new();

        protected override ValueTask KillHelperAsync(StartedTransport started)
        {
            InMemoryTransport memory = started.Transport as InMemoryTransport ?? ((DelegatingTransport)started.Transport).InMemory;
            memory.LoseHelper(_mutation.DownFor);
            return ValueTask.CompletedTask;
        }

        protected override ValueTask<string?> ObservePathAsync(StartedTransport dialler, ConnectionContext dialled) =>
            ValueTask.FromResult<string?>($"{dialled.Features.Get<IInMemoryPathFeature>()!.Path}");
    }
}
