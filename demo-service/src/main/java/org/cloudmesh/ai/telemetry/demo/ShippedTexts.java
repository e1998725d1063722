package org.cloudmesh.ai.telemetry.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Reads the public-domain works in {@code texts/}. A file holds blocks between blank lines: first the work's name, then
 * passages, each a line with its title and a line with its text.
 */
@Component
class ShippedTexts {

    private final ResourcePatternResolver resources;

    ShippedTexts(ResourcePatternResolver resources) {
        this.resources = resources;
    }

    List<Text> read() {
        try {
            List<Text> texts = new ArrayList<>();
            for (Resource work : this.resources.getResources("classpath:texts/*.txt")) {
                String[] blocks =
                        work.getContentAsString(StandardCharsets.UTF_8).strip().split("\\R{2,}");
                for (int i = 1; i < blocks.length; i++) {
                    String[] lines = blocks[i].split("\\R", 2);
                    texts.add(new Text(blocks[0], lines[0], lines[1]));
                }
            }
            return texts;
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    record Text(String source, String title, String text) {}
}
