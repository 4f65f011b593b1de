using System.Text;

namespace Gavel.Chains;

/// <summary>Tells whether two messages say the same.</summary>
public static class Wording
{
    /// <summary>A message without what differs with each try and makes no other cause of it: block numbers and hashes, claim indices, times.</summary>
    public static string WithoutNumbers(string text)
    {
        StringBuilder kept = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '0' && i + 1 < text.Length && text[i + 1] == 'x')
            {
                for (i += 2; i < text.Length && char.IsAsciiHexDigit(text[i]); i++)
                {
                }

                i--;
            }
            else if (!char.IsAsciiDigit(text[i]))
            {
                kept.Append(text[i]);
            }
        }

        return kept.ToString();
    }
}
