namespace Klyntar.Overlay.EndToEnd.Tests;
internal static class EnclosedMachine
{
    public const string Mode = "enclosed";
    public static Task<int> RunAsync(string[] args) => Task.FromResult(args.Length);
}
