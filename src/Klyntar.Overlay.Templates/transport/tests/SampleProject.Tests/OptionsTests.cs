using System.ComponentModel.DataAnnotations;
using Klyntar.Overlay;
using Xunit;

namespace SampleNamespace.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Check(new SampleClassOptions { Folder = "/tmp/a" }));

    [Theory]
    [InlineData("relative")]
    [InlineData("")]
    [InlineData("/a-path-that-is-so-long-that-no-unix-socket-in-it-could-have-a-name-of-its-own")]
    public void A_folder_that_cannot_hold_sockets_is_refused_with_a_sentence(string folder) =>
        Assert.EndsWith("Choose another.", Assert.Single(Check(new SampleClassOptions { Folder = folder })).ErrorMessage);

    [Fact]
    public void The_factory_makes_the_transport_of_its_name()
    {
        ITransportFactory factory = new SampleClassFactory();
        Assert.Equal(factory.Name, factory.Create(new SampleClassOptions()).Name);
        Assert.False(factory.EnabledByDefault);
    }

    private static IEnumerable<ValidationResult> Check(SampleClassOptions options) => options.Validate(new ValidationContext(options));
}
