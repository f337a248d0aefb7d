using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
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
        transport.Capabilities.Should().Be(new TransportCapabilities { Isolation = true, SharedAddress = true, Publish = true });
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

        static bool IsValid(object options) => Validator.TryValidateObject(options, new ValidationContext(options), null, validateAllProperties: true);
    }
}
