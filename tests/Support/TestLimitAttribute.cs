using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

[assembly: Klyntar.Overlay.Tests.TestLimit]

namespace Klyntar.Overlay.Tests;

/// <summary>Cancels a test that waits for what never comes, so that it fails with its own words and does not hold up all others.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class TestLimitAttribute : BeforeAfterTestAttribute
{
    // Several times what the longest takes on a busy machine.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Timer> _running = new();

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        ITestContext context = TestContext.Current;
        _running[test.UniqueID] = new Timer(_ => context.CancelCurrentTest(), null, Limit, Timeout.InfiniteTimeSpan);
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (_running.TryRemove(test.UniqueID, out Timer? timer))
        {
            timer.Dispose();
        }

        if (TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The test was cancelled: it had run for {Limit.TotalMinutes} minutes, or the whole run was ended.");
        }
    }
}
