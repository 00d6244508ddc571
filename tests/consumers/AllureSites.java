import io.qameta.allure.CommandLine;
import java.nio.file.Path;

/** Generates sites with Allure 2. The arguments are the home of Allure, and then pairs of a folder of results and a site. */
class AllureSites {
    public static void main(String[] arguments) {
        for (int i = 1; i < arguments.length; i += 2) {
            var allure = new CommandLine(Path.of(arguments[0]));
            var code = allure.parse("generate", arguments[i], "--output", arguments[i + 1]).orElseGet(allure::run);
            if (code.getCode() != 0) System.exit(code.getCode());
        }
    }
}
