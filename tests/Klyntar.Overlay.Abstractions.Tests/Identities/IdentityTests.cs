using Klyntar.Overlay.Identities;

namespace Klyntar.Overlay.Abstractions.Tests;

public sealed class IdentityTests
{
    [Fact]
    public void An_identity_keeps_a_copy_of_its_secret()
    {
        byte[] secret = [1, 2, 3];
        var identity = new Identity("sample", "a.example", secret);
        secret[0] = 9;
        identity.Secret.ToArray().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Two_identities_are_the_same_key_by_overlay_and_secret()
    {
        var one = new Identity("sample", "a.example", [1, 2, 3]);
        one.IsSameKey(new Identity("sample", "a.example", [1, 2, 3])).Should().BeTrue();
        one.IsSameKey(new Identity("sample", "a.example", [1, 2, 4])).Should().BeFalse();
        one.IsSameKey(new Identity("sample", "a.example", [1, 2])).Should().BeFalse();
        one.IsSameKey(new Identity("other", "a.example", [1, 2, 3])).Should().BeFalse();
    }

    [Fact]
    public void Printing_an_identity_shows_neither_address_nor_secret() =>
        new Identity("sample", "a.example", [0xAB]).ToString().Should().Be("an identity on sample");

    [Fact]
    public void An_identity_without_a_secret_is_a_bug()
    {
        Action make = () => _ = new Identity("sample", "a.example", []);
        make.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_import_that_nobody_made_read_nothing()
    {
        IdentityImport import = default;
        import.IsValid.Should().BeFalse();
        import.Identity.Should().BeNull();
        import.Why.Should().EndWith(".");
    }

    [Fact]
    public void An_import_is_an_identity_or_a_reason()
    {
        var identity = new Identity("sample", "a.example", [1]);
        IdentityImport.Valid(identity).IsValid.Should().BeTrue();
        IdentityImport.Valid(identity).Why.Should().BeNull();
        IdentityImport.Invalid("It is too short.").Why.Should().Be("It is too short.");
    }
}
