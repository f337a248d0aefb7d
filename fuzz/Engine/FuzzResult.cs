namespace Klyntar.Overlay.Fuzz;

/// <summary>What came of fuzzing a target.</summary>
/// <param name="Executions">How many inputs were run.</param>
/// <param name="Edges">How many pairs of branches were seen.</param>
/// <param name="Time">How long it took.</param>
/// <param name="Found">Inputs that reached new code.</param>
/// <param name="Failure">The first failure, or null.</param>
internal sealed record FuzzResult(long Executions, int Edges, TimeSpan Time, IReadOnlyList<byte[]> Found, FuzzFailure? Failure);

/// <summary>An input that breaks a promise.</summary>
/// <param name="Input">The input.</param>
/// <param name="What">What it does.</param>
/// <param name="IsHang">Whether it did not end, so that its thread still runs.</param>
internal sealed record FuzzFailure(byte[] Input, string What, bool IsHang);
