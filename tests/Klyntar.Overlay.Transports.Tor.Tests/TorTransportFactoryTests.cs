using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Reflection;

namespace Klyntar.Overlay.Transports.Tor.Tests;

public sealed class TorTransportFactoryTests
{
    [Fact]
    public void The_assembly_offers_the_transport_under_its_name()
    {
        Type type = typeof(TorOptions).Assembly.GetCustomAttributes<OverlayTransportAttribute>().Should().ContainSingle().Subject.Factory;
        var factory = (ITransportFactory)Activator.CreateInstance(type)!;
        factory.Name.Should().Be("tor");
        factory.EnabledByDefault.Should().BeTrue();
        ITransport transport = factory.Create(Activator.CreateInstance(factory.OptionsType)!);
        transport.Name.Should().Be("tor");
        transport.Status.Current.Should().Be(TransportStatus.NotStarted);
        transport.Capabilities.Should().Be(new TransportCapabilities { Isolation = true, SharedAddress = true, VisitorIdentity = true, Publish = true });
        factory.Create(new TorOptions { Control = new IPEndPoint(IPAddress.Loopback, 9051) }).Capabilities.VisitorIdentity.Should().BeFalse("its configuration is not the gateway's to change");
        FluentActions.Invoking(() => factory.Create(new object())).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(typeof(TorOptions))]
    [InlineData(typeof(TorServiceOptions))]
    public void Options_are_described_and_their_defaults_are_valid(Type type)
    {
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Should().OnlyContain(p => p.GetCustomAttribute<DescriptionAttribute>() != null);
        object options = Activator.CreateInstance(type)!;
        Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true).Should().BeTrue();
    }

    [Fact]
    public void Options_out_of_range_are_invalid()
    {
        IsValid(new TorOptions { AttemptTimeout = TimeSpan.Zero }).Should().BeFalse();
        IsValid(new TorOptions { DialTimeout = TimeSpan.FromDays(1) }).Should().BeFalse();
        IsValid(new TorServiceOptions { MaxStreams = 65_536 }).Should().BeFalse();
        IsValid(new TorServiceOptions { IntroductionRate = 0 }).Should().BeFalse();
        IsValid(new TorServiceOptions { IntroductionRate = 201 }).Should().BeFalse();
        IsValid(new TorServiceOptions { IntroductionBurst = 24 }).Should().BeFalse();
        IsValid(new TorServiceOptions { IntroductionRate = 5, IntroductionBurst = 5 }).Should().BeTrue();
        IsValid(new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueRate = -1 }).Should().BeFalse();
        IsValid(new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueBurst = 1_000_001 }).Should().BeFalse();

        static bool IsValid(object options) => Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_told_with_their_place()
    {
        string onion = TorIdentityFormat.Instance.Create().Address;
        Tells(new TorOptions { ClientAuth = new Dictionary<string, string> { ["x.onion"] = "alice" } }, "ClientAuth", "has 1 characters");
        Tells(new TorOptions { ClientAuth = new Dictionary<string, string> { [onion] = "alice", [onion.ToUpperInvariant()] = "bob" } }, "ClientAuth", "two spellings");
        Tells(new TorOptions { ClientAuth = Enumerable.Range(0, 1_001).ToDictionary(i => $"{i}", _ => "alice") }, "ClientAuth", "at most 1000");
        Tells(new TorServiceOptions { Clients = new Dictionary<string, string> { ["alice"] = "?" } }, "Clients", "\"alice\"");
        Tells(new TorServiceOptions { ProofOfWorkQueueRate = 5 }, "ProofOfWork", "\"proofOfWork\": true");
        Tells(new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueRate = 2_501 }, "ProofOfWorkQueueBurst", "2500");
        Tells(new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueBurst = 249 }, "ProofOfWorkQueueBurst", "250");
        new TorServiceOptions { ProofOfWork = true, ProofOfWorkQueueRate = 5, ProofOfWorkQueueBurst = 5 }.Validate(new ValidationContext(onion)).Should().BeEmpty();

        static void Tells(IValidatableObject options, string place, string part)
        {
            ValidationResult result = options.Validate(new ValidationContext(options)).Should().ContainSingle().Subject;
            result.MemberNames.Should().Equal(place);
            result.ErrorMessage.Should().Contain(part);
        }
    }
}
