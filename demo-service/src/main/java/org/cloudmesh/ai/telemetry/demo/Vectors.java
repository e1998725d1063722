package org.cloudmesh.ai.telemetry.demo;

import java.nio.ByteBuffer;
import java.util.List;

/** Arithmetic on embeddings, and the bytes that the database keeps of them. */
final class Vectors {

    private Vectors() {}

    /** Returns the vector at length 1, so that the cosine of two is their dot product. */
    static float[] normalised(float[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    static float[] minus(float[] a, float[] b) {
        float[] difference = new float[a.length];
        for (int i = 0; i < a.length; i++) {
            difference[i] = a[i] - b[i];
        }
        return difference;
    }

    static float[] mean(List<float[]> vectors, int dimensions) {
        float[] mean = new float[dimensions];
        for (float[] vector : vectors) {
            for (int i = 0; i < dimensions; i++) {
                mean[i] += vector[i] / vectors.size();
            }
        }
        return mean;
    }

    /** Returns the components as big-endian floats, four bytes each. */
    static byte[] toBytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
        bytes.asFloatBuffer().put(vector);
        return bytes.array();
    }

    static float[] fromBytes(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
        return vector;
    }
}
