using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Klyntar.Overlay.Gateway;

/// <summary>What an assembly says of itself, read from its file without running anything of it (ECMA-335, II.22).</summary>
/// <param name="Name">Its name and version.</param>
/// <param name="References">The assemblies that it needs.</param>
/// <param name="TransportCount">How many transports it names with <see cref="OverlayTransportAttribute"/>.</param>
internal sealed record PluginAssembly(AssemblyName Name, ImmutableArray<AssemblyName> References, int TransportCount)
{
    /// <summary>Reads a file.</summary>
    /// <returns>Null where it is no assembly, such as a native library.</returns>
    /// <exception cref="OverlayException">It cannot be read, or says nonsense.</exception>
    public static PluginAssembly? Read(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
            {
                return null;
            }

            MetadataReader reader = file.GetMetadataReader();
            return reader.IsAssembly
                ? new PluginAssembly(
                    reader.GetAssemblyDefinition().GetAssemblyName(),
                    [.. reader.AssemblyReferences.Select(r => reader.GetAssemblyReference(r).GetAssemblyName())],
                    reader.GetAssemblyDefinition().GetCustomAttributes().Count(a => IsTransport(reader, reader.GetCustomAttribute(a))))
                : null;
        }
        catch (BadImageFormatException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OverlayException($"{path} cannot be read: {e.Message} Let the user {Environment.UserName} read it.", e);
        }
    }

    private static bool IsTransport(MetadataReader reader, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference
            || reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is not { Kind: HandleKind.TypeReference } parent)
        {
            return false;
        }

        TypeReference type = reader.GetTypeReference((TypeReferenceHandle)parent);
        return reader.StringComparer.Equals(type.Name, nameof(OverlayTransportAttribute))
            && reader.StringComparer.Equals(type.Namespace, typeof(OverlayTransportAttribute).Namespace!);
    }
}
