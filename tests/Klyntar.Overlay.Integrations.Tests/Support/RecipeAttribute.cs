namespace Klyntar.Overlay.Integrations.Tests;

/// <summary>Says which block of <c>docs/recipes.md</c> a test runs.</summary>
/// <param name="heading">The heading above it.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RecipeAttribute(string heading) : Attribute
{
    /// <summary>The heading above it.</summary>
    public string Heading => heading;
}
