// Owners and modes are what is tested here.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
