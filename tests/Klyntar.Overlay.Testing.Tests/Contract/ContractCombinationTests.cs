namespace Klyntar.Overlay.Testing.Tests;

public sealed class ContractCombinationTests
{
    public static TheoryData<bool, bool, bool, bool, bool> Combinations
    {
        get
        {
            TheoryData<bool, bool, bool, bool, bool> all = [];
            for (int bits = 0; bits < 32; bits++)
            {
                all.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, (bits & 16) != 0);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task An_overlay_passes_the_contract_whatever_it_declares(bool halfClose, bool reset, bool isolation, bool sharedAddress, bool visitorIdentity)
    {
        TransportCapabilities capabilities = new()
        {
            DialAs = visitorIdentity && isolation,
            HalfClose = halfClose,
            Reset = reset,
            Isolation = isolation,
            SharedAddress = sharedAddress,
            VisitorIdentity = visitorIdentity,
            Publish = true,
        };

        ContractRun run = await ContractRun.RunAsync(() => new Quick(capabilities));

        run.Failed.Should().BeEmpty();
        List<string> skipped =
        [
            "A_transport_that_declares_no_publishing_refuses_it",
            "Client_keys_are_read_back_and_anything_else_is_refused_in_a_sentence",
            .. halfClose
                ? (string[])["A_dialler_that_ends_its_direction_ends_both_where_no_half_close_is_declared", "A_service_that_ends_its_direction_ends_both_where_no_half_close_is_declared"]
                : ["A_dialler_that_ends_its_direction_still_gets_the_answer_where_half_close_is_declared", "A_service_that_ends_its_direction_still_hears_its_visitor_where_half_close_is_declared"],
            .. isolation ? (string[])[] : ["Different_isolation_keys_take_different_paths_where_declared"],
            .. sharedAddress ? (string[])[] : ["Dialling_a_port_that_is_not_published_fails"],
        ];

        // Skipped too where no other test starts a program at that moment: which of a process's programs are whose, only a folder tells.
        run.Skipped.Keys.Except(["No_helper_outlives_its_transport"]).Should().BeEquivalentTo(skipped, "each skip is for a capability that is not declared");
        run.Passed.Should().HaveCountGreaterThan(30);
    }

    [Fact]
    public async Task An_overlay_that_is_only_dialled_passes_what_concerns_it_and_skips_the_rest_aloud()
    {
        ContractRun run = await ContractRun.RunAsync(() => new Quick(new TransportCapabilities()));
        run.Failed.Should().BeEmpty();
        run.Passed.Should().Contain(["Parse_answers_any_string_and_never_throws", "A_transport_that_declares_no_publishing_refuses_it", "Names_of_others_are_not_claimed"]);
        run.Skipped.Values.Should().OnlyContain(why => why.EndsWith('.'));
    }

    private sealed class Quick(TransportCapabilities capabilities) : InMemoryContract(capabilities)
    {
        protected override ContractLimits Limits { get; } = new()
        {
            Quiet = TimeSpan.FromMilliseconds(100),
            BytesOfLongStream = 1024 * 1024,
            MaxBytesInFlight = 4 * 1024 * 1024,
            RandomInputs = 200,
        };
    }
}
