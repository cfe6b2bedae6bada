/// A hostile network in a box.
public enum CensorLab {}
