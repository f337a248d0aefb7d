using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>Fields that are sent: a request's params, or an answer's own fields.</summary>
internal interface IMessageBody
{
    /// <summary>How many fields <see cref="WriteFields"/> writes.</summary>
    int FieldCount { get; }

    /// <summary>Writes each name and value, in the order in which real nodes write them.</summary>
    void WriteFields(ref MessagePackWriter writer);
}
