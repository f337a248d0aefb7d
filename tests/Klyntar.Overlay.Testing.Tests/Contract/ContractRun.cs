using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Klyntar.Overlay.Testing.Tests;

/// <summary>Runs the contract's tests outside xunit's own discovery, to see which pass, fail and are skipped.</summary>
internal sealed record ContractRun(IReadOnlyDictionary<string, string> Failed, IReadOnlyDictionary<string, string> Skipped, IReadOnlyList<string> Passed)
{
    // What Assert.Skip throws begins with this; xunit's own runners tell skips by it.
    private const string SkipMark = "$XunitDynamicSkip$";

    public static IReadOnlyList<string> AllTests { get; } =
        [.. typeof(TransportContract).GetMethods().Where(m => m.GetCustomAttribute<FactAttribute>() is not null).Select(m => m.Name).Order(StringComparer.Ordinal)];

    public static async Task<ContractRun> RunAsync(Func<TransportContract> create, IReadOnlyCollection<string>? only = null)
    {
        Dictionary<string, string> failed = [];
        Dictionary<string, string> skipped = [];
        List<string> passed = [];
        foreach (string name in only ?? AllTests)
        {
            try
            {
                await RunOneAsync(create(), typeof(TransportContract).GetMethod(name)!);
                passed.Add(name);
            }
            catch (Exception e) when (e.Message.StartsWith(SkipMark, StringComparison.Ordinal))
            {
                skipped.Add(name, e.Message[SkipMark.Length..]);
            }
            catch (Exception e)
            {
                failed.Add(name, e.ToString());
            }
        }

        return new ContractRun(failed, skipped, passed);
    }

    private static async Task RunOneAsync(TransportContract contract, MethodInfo test)
    {
        await using (contract)
        {
            await contract.InitializeAsync();
            try
            {
                if (test.Invoke(contract, null) is Task task)
                {
                    await task;
                }
            }
            catch (TargetInvocationException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerException!);
            }
        }
    }
}
