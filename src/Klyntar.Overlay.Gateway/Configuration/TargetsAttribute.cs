namespace Klyntar.Overlay.Gateway;

/// <summary>Marks a property whose end points are targets of services: names on overlays are among them (<see cref="EndPointText.TryParseTarget"/>).</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TargetsAttribute : Attribute;
