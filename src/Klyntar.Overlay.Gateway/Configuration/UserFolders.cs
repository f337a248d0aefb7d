namespace Klyntar.Overlay.Gateway;

/// <summary>The user's folders, by the XDG base directory specification.</summary>
internal static class UserFolders
{
    /// <summary>The folder that an environment variable names, or the usual one below the user's home.</summary>
    /// <param name="variable">The variable, such as XDG_STATE_HOME.</param>
    /// <param name="usual">The usual one's names, from the home folder on.</param>
    public static string Of(string variable, params string[] usual)
    {
        // The specification has relative values ignored.
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } told && Path.IsPathRooted(told))
        {
            return told;
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine([home.Length > 0 ? home : "/root", .. usual]);
    }
}
