using System.Diagnostics;
using System.Text;

namespace Klyntar.Overlay.Processes;

/// <summary>Checks what is to be started and describes the start.</summary>
internal static class HelperLaunch
{
    /// <summary>The longest input, in bytes: any pipe takes it whole.</summary>
    public const int InputLimit = 4096;

    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

    /// <summary>Refuses what cannot be started, before anything is.</summary>
    /// <exception cref="OverlayException">The program or its folder is at fault.</exception>
    /// <exception cref="ArgumentException">The options are.</exception>
    public static void Check(HelperProcessOptions options)
    {
        if (options.Input.Length > 0 && (!options.Input.EndsWith('\n') || options.Input.Contains('\0') || Encoding.UTF8.GetByteCount(options.Input) > InputLimit))
        {
            throw new ArgumentException($"Input is whole lines of text, at most {InputLimit} bytes.", nameof(options));
        }

        if (options.HoldsInput && options.Input.Length > 0)
        {
            throw new ArgumentException("Input that is held open has no text.", nameof(options));
        }

        if (!Path.IsPathFullyQualified(options.Program.Path))
        {
            throw new ArgumentException($"The path of {options.Name} is not absolute: {options.Program.Path}.", nameof(options));
        }

        string subject = $"{options.Name} cannot be started: {options.Program.Path} ({options.Program.Origin})";
        if (!File.Exists(options.Program.Path))
        {
            throw new OverlayException($"{subject} {(Directory.Exists(options.Program.Path) ? "is a folder" : "does not exist")}. Install it again, or correct its path in the configuration.");
        }

        if (!Posix.MayRun(options.Program.Path))
        {
            throw new OverlayException($"{subject} is not executable by this user. Give it execute permission (chmod +x), or correct its path in the configuration.");
        }

        if (!Directory.Exists(options.WorkingDirectory))
        {
            throw new OverlayException($"{options.Name} cannot be started: its folder {options.WorkingDirectory} does not exist. Create it, or correct the data folder in the configuration.");
        }
    }

    /// <summary>The start, with a minimal environment: nothing of ours but PATH, HOME and the language.</summary>
    public static ProcessStartInfo Describe(HelperProcessOptions options, Tether tether)
    {
        ProcessStartInfo info = new()
        {
            WorkingDirectory = options.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        info.Environment.Clear();
        info.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? path : DefaultPath;
        info.Environment["HOME"] = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : "/";
        info.Environment["LANG"] = "C.UTF-8";
        foreach ((string name, string value) in options.Program.Environment)
        {
            info.Environment[name] = value;
        }

        foreach ((string name, string value) in options.Environment)
        {
            info.Environment[name] = value;
        }

        tether.Command(info, options);
        return info;
    }
}
