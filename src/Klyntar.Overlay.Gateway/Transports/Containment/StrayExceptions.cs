using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;

namespace Klyntar.Overlay.Gateway;

/// <summary>Exceptions that nobody catches on a plugin's own threads, in its timers and its <c>async void</c>s: faults of its transport, and not the end of the process.</summary>
/// <remarks>What ran there has ended. One that leaves code of the gateway's own still ends the process, since nobody knows what it left half done; so does one in which no frame is the plugin's.</remarks>
internal static class StrayExceptions
{
    private static readonly ConditionalWeakTable<AssemblyLoadContext, TransportFaults> Faults = [];

    private static int s_isSet;

    /// <summary>Takes the exceptions of a plugin's code from now on.</summary>
    /// <param name="transport">The plugin's transport.</param>
    /// <param name="faults">Where they are told.</param>
    public static void Take(ITransport transport, TransportFaults faults)
    {
        if (AssemblyLoadContext.GetLoadContext(transport.GetType().Assembly) is not PluginLoadContext context)
        {
            return;
        }

        Faults.AddOrUpdate(context, faults);
        if (Interlocked.Exchange(ref s_isSet, 1) == 0)
        {
            // .NET has one for the process.
            ExceptionHandling.SetUnhandledExceptionHandler(TryTell);
        }
    }

    private static bool TryTell(Exception exception)
    {
        // The first of its frames that is not .NET's is whose code began what it ended.
        Assembly? beginner = new StackTrace(exception).GetFrames().Select(static f => f.GetMethod()?.Module.Assembly).LastOrDefault(static a => a is not null && !IsFramework(a));
        if (beginner is null || AssemblyLoadContext.GetLoadContext(beginner) is not { } context || !Faults.TryGetValue(context, out TransportFaults? faults))
        {
            return false;
        }

        faults.Strayed(exception);
        return true;
    }

    private static bool IsFramework(Assembly assembly) =>
        AssemblyLoadContext.GetLoadContext(assembly) == AssemblyLoadContext.Default && !assembly.Location.StartsWith(AppContext.BaseDirectory, StringComparison.Ordinal);
}
